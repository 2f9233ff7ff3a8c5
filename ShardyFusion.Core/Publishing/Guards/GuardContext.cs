using ShardyFusion.Catalog;
using ShardyFusion.Formats;
using ShardyFusion.Reading;

namespace ShardyFusion.Publishing.Guards;

/// <summary>What guards look at. Safe for concurrent callers but for <see cref="MeasureValuesAsync"/>.</summary>
public sealed class GuardContext
{
    ValueFigures? values;

    internal GuardContext(SnapshotInfo staged, SnapshotInfo? current, SnapshotReader reader, BuildTally? tally, ValueFigures? values)
    {
        (Staged, Current, Reader, Tally) = (staged, current, reader, tally);
        this.values = values;
    }

    /// <summary>The snapshot that would be published.</summary>
    public SnapshotInfo Staged { get; }

    /// <summary>The snapshot that <c>_CURRENT</c> names; null when there is none that can be read.</summary>
    public SnapshotInfo? Current { get; }

    /// <summary>Reads the staged snapshot; closed after the last guard.</summary>
    public SnapshotReader Reader { get; }

    /// <summary>What the build counted; null when a snapshot is published later than it was built.</summary>
    public BuildTally? Tally { get; }

    /// <summary>What the staged values are like: known after a build, else found out by reading every row.</summary>
    public async Task<ValueFigures> MeasureValuesAsync(CancellationToken cancellationToken)
    {
        if (values is not null) return values;
        long empty = 0, largest = 0;
        await foreach (var row in Reader.ScanAsync(null, cancellationToken).ConfigureAwait(false))
        {
            if (row.Value.Length == 0) empty++;
            largest = Math.Max(largest, row.Value.Length);
        }
        return values = new ValueFigures(empty, largest);
    }
}
