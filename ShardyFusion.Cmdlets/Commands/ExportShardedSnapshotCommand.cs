using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Errors;
using ShardyFusion.Maintenance;
using ShardyFusion.Reading;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Gives the rows of a snapshot in the order of their keys: as objects, or as a CSV or JSON Lines file.</summary>
[Cmdlet(VerbsData.Export, "ShardedSnapshot", SupportsShouldProcess = true, DefaultParameterSetName = "Current")]
[OutputType(typeof(ShardRow), typeof(SnapshotExportResult))]
public sealed class ExportShardedSnapshotCommand : ReadSnapshotCmdlet
{
    /// <summary>Rows handed to the pipeline at once.</summary>
    const int BatchRows = 256;

    /// <summary>The file to write; without it the rows come as objects.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>How the file is written.</summary>
    [Parameter]
    public ExportFormat Format { get; set; }

    /// <summary>The smallest key.</summary>
    [Parameter]
    [ValidateNotNull]
    public object? FirstKey { get; set; }

    /// <summary>The largest key.</summary>
    [Parameter]
    [ValidateNotNull]
    public object? LastKey { get; set; }

    /// <summary>What keys start with.</summary>
    [Parameter]
    [ValidateNotNull]
    public object? KeyPrefix { get; set; }

    /// <summary>The form in which the values of objects are returned.</summary>
    [Parameter]
    public ValueForm As { get; set; }

    /// <summary>Puts an apostrophe before CSV cells that a spreadsheet would take for formulas.</summary>
    [Parameter]
    public SwitchParameter GuardFormulas { get; set; }

    /// <summary>Column family of a RocksDB database.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ColumnFamily { get; set; }

    /// <summary>Gives each shard a column family of its own in a RocksDB database.</summary>
    [Parameter]
    public SwitchParameter ColumnFamilyPerShard { get; set; }

    /// <summary>Replaces a file that is there.</summary>
    [Parameter]
    public SwitchParameter Overwrite { get; set; }

    private protected override void Process()
    {
        var store = Store;
        var options = new ExportOptions
        {
            Selector = Selector,
            FirstKey = Bare(FirstKey),
            LastKey = Bare(LastKey),
            KeyPrefix = Bare(KeyPrefix),
            GuardFormulas = GuardFormulas,
            ColumnFamily = ColumnFamily,
            ColumnFamilyPerShard = ColumnFamilyPerShard,
        };
        if (Path is null && GuardFormulas)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, "Formulas are guarded in CSV files only; give -Path.");
        if (Path is null && (Format == ExportFormat.RocksDb || ColumnFamilyPerShard || ColumnFamily is not null))
            throw new ShardyFusionException(ErrorKind.ConfigValidation, "A RocksDB database is a folder; give -Path.");
        var export = RunInBackground(cancellationToken => store.OpenExportAsync(options, cancellationToken));
        if (Path is null) EmitRows(export);
        else WriteFile(store, export, ResolvePath(Path));
    }

    void EmitRows(SnapshotExport export)
    {
        var values = new ValueView(As, WriteError);
        Receive<SnapshotRow>(
            async (mailbox, cancellationToken) =>
            {
                var batch = new List<SnapshotRow>(BatchRows);
                await foreach (var row in export.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    batch.Add(row);
                    if (batch.Count < BatchRows) continue;
                    await mailbox.PostAsync(batch, cancellationToken).ConfigureAwait(false);
                    batch = new List<SnapshotRow>(BatchRows);
                }
                await mailbox.PostAsync(batch, cancellationToken).ConfigureAwait(false);
            },
            row =>
            {
                if (values.TryDecode(row.Key, row.Value, export.Info.ValueEncoding, out var value)) WriteObject(new ShardRow(row, value));
            });
    }

    void WriteFile(SnapshotStore store, SnapshotExport export, string file)
    {
        if (!ShouldProcess(file, $"write rows of run '{export.Info.RunId}' at {store.Prefix}")) return;
        var view = new ShardProgressView("Exporting sharded snapshot", store.Prefix, WriteProgress);
        ShowProgress(view, () =>
        {
            var written = RunInBackground(cancellationToken => export.WriteFileAsync(file, Format, Overwrite, view, cancellationToken));
            WriteObject(new SnapshotExportResult(store.Prefix, export.Info, written));
        });
    }

    static object? Bare(object? key) => key is PSObject wrapped ? wrapped.BaseObject : key;
}
