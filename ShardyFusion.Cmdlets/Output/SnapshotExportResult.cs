using ShardyFusion.Building.Input;
using ShardyFusion.Catalog;
using ShardyFusion.Maintenance;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>What an export wrote.</summary>
public sealed class SnapshotExportResult
{
    internal SnapshotExportResult(string prefix, SnapshotInfo snapshot, ExportResult written)
    {
        Prefix = prefix;
        RunId = snapshot.RunId;
        ManifestRef = snapshot.ManifestRef;
        Path = written.Path;
        RowCount = written.Rows;
        Bytes = written.Bytes;
        DurationSec = Span.Seconds(written.Duration);
        ReadBack = Describe(written.ReadBack);
    }

    /// <summary>The prefix.</summary>
    public string Prefix { get; }

    /// <summary>The run that built the snapshot.</summary>
    public string RunId { get; }

    /// <summary>Its manifest ref.</summary>
    public string ManifestRef { get; }

    /// <summary>Full path of the file.</summary>
    public string Path { get; }

    /// <summary>Rows written.</summary>
    public long RowCount { get; }

    /// <summary>Size of the file.</summary>
    public long Bytes { get; }

    /// <summary>How long it took.</summary>
    public double DurationSec { get; }

    /// <summary>The parameters under which Write-ShardedSnapshot reads the file back with equal keys and values.</summary>
    public string ReadBack { get; }

    static string Describe(RowTextShape shape)
    {
        if (shape.IsDatabase)
        {
            // Families of shards are read one by one.
            return shape.ColumnFamily is null ? ""
                : $"-Format RocksDb -ColumnFamily {shape.ColumnFamily} -KeyEncoding {shape.KeyEncoding} "
                    + $"-ValueEncoding {shape.ValueEncoding}";
        }
        var text =
            $"-KeyProperty {RowTextShape.KeyField} -KeyEncoding {shape.KeyEncoding} -ValueProperty {shape.ValueField} -ValueEncoding "
                + $"{shape.ValueEncoding}";
        if (shape.KeyForm != TextForm.Text) text += $" -KeyFormat {shape.KeyForm}";
        return shape.ValueForm == TextForm.Text ? text : $"{text} -ValueFormat {shape.ValueForm}";
    }
}
