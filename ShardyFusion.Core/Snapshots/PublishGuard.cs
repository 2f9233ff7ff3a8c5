namespace ShardyFusion.Snapshots;

/// <summary>A check of a snapshot that runs before the pointer moves.</summary>
public interface IPublishGuard
{
    /// <summary>Short name, kept with the result.</summary>
    string Name { get; }

    /// <summary>Checks a staged snapshot. An exception other than a cancellation counts as a failed check.</summary>
    /// <param name="context">The snapshot, a reader of it, and the one that is current.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    Task<GuardResult> CheckAsync(GuardContext context, CancellationToken cancellationToken);
}

/// <summary>What a guard found.</summary>
/// <param name="Name">The guard.</param>
/// <param name="Passed">False stops the publish.</param>
/// <param name="Detail">One sentence with the figures.</param>
public sealed record GuardResult(string Name, bool Passed, string Detail);

/// <summary>A publish that went on although guards had failed.</summary>
/// <param name="Author">Who wanted it.</param>
/// <param name="Host">On which machine.</param>
/// <param name="At">When, UTC.</param>
/// <param name="Reason">Why.</param>
public sealed record ForcedPublish(string Author, string Host, DateTimeOffset At, string Reason);

/// <summary>What a build counted while it read and wrote rows.</summary>
/// <param name="RowsRead">Rows of the input.</param>
/// <param name="DuplicateRows">Rows dropped because another one has the same key.</param>
/// <param name="RejectedRows">Rows left out by the row-error policy.</param>
public sealed record BuildTally(long RowsRead, long DuplicateRows, long RejectedRows);

/// <summary>What the values of a snapshot are like.</summary>
/// <param name="EmptyValues">Rows whose value has no bytes.</param>
/// <param name="LargestValueBytes">Size of the largest value.</param>
public sealed record ValueFigures(long EmptyValues, long LargestValueBytes);

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
