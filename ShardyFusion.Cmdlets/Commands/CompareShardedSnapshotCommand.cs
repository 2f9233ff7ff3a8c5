using System.ComponentModel;
using System.Management.Automation;
using ShardyFusion.Catalog;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Figures;
using ShardyFusion.Maintenance;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Compares two snapshots: their manifests, or their rows.</summary>
[Cmdlet(VerbsData.Compare, "ShardedSnapshot", DefaultParameterSetName = "Current")]
[OutputType(typeof(SnapshotDifference), typeof(SnapshotComparisonSummary))]
public sealed class CompareShardedSnapshotCommand : ReadSnapshotCmdlet
{
    SnapshotStore? reference;

    /// <summary>Manifest ref of the earlier snapshot.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ManifestRefCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ReferenceRef { get; set; }

    /// <summary>Run that built the earlier snapshot.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RunIdCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ReferenceRunId { get; set; }

    /// <summary>Steps back from the current snapshot to the earlier one.</summary>
    [Parameter]
    public int? ReferenceOffset { get; set; }

    /// <summary>Pointer that names the earlier snapshot.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ReferencePointer { get; set; }

    /// <summary>Tag of the earlier snapshot.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(TagCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ReferenceTag { get; set; }

    /// <summary>Prefix of the earlier snapshot, if different.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ReferencePrefix { get; set; }

    /// <summary>How closely to compare.</summary>
    [Parameter]
    [DefaultValue(CompareLevel.Rows)]
    public CompareLevel Level { get; set; } = CompareLevel.Rows;

    /// <summary>Compares only about this share of the rows, in percent.</summary>
    [Parameter]
    [ValidateRange(0.000001, 100)]
    [DefaultValue(100.0)]
    public double SamplePercent { get; set; } = 100;

    /// <summary>The form in which values are returned.</summary>
    [Parameter]
    public ValueForm As { get; set; }

    /// <summary>Shards compared in parallel.</summary>
    [Parameter]
    [ValidateRange(1, 1024)]
    public int? ThrottleLimit { get; set; }

    private protected override void Process()
    {
        var store = Store;
        if (ReferencePrefix is not null) reference ??= OpenOther(ReferencePrefix);
        var options = new CompareOptions
        {
            To = Selector,
            From = (ReferenceRef ?? ReferenceRunId ?? ReferencePointer ?? ReferenceTag) is null && ReferenceOffset is null ? null
                : new SnapshotSelector
                {
                    Ref = ReferenceRef,
                    RunId = ReferenceRunId,
                    Offset = ReferenceOffset,
                    Pointer = ReferencePointer,
                    Tag = ReferenceTag
                },
            Level = Level,
            SamplePercent = SamplePercent,
            Parallelism = ThrottleLimit,
        };
        var view = new ShardProgressView("Comparing sharded snapshots", store.Prefix, WriteProgress);
        ShowProgress(view, () =>
        {
            if (Level == CompareLevel.Rows) EmitRows(store, options, view);
            else
                WriteObject(new SnapshotComparisonSummary(store.Prefix,
                    RunInBackground(cancellationToken => store.CompareAsync(options, reference, null, view, cancellationToken))));
        });
    }

    private protected override async ValueTask ReleaseAsync()
    {
        if (reference is not null) await reference.DisposeAsync().ConfigureAwait(false);
        await base.ReleaseAsync().ConfigureAwait(false);
    }

    void EmitRows(SnapshotStore store, CompareOptions options, ShardProgressView view)
    {
        var values = new ValueView(As, WriteError);
        // What the manifests tell comes first, and names the two for what follows.
        var ahead = RunInBackground(cancellationToken =>
            store.CompareAsync(options with { Level = CompareLevel.Manifest }, reference, null, null, cancellationToken));
        options = options with
        {
            From = new SnapshotSelector { Ref = ahead.From.ManifestRef },
            To = new SnapshotSelector { Ref = ahead.To.ManifestRef },
        };
        var summary = Describe(ahead);
        SnapshotComparison? comparison = null;
        Receive<RowDifference>(
            async (mailbox, cancellationToken) => comparison =
                await store.CompareAsync(options, reference, mailbox.PostAsync, view, cancellationToken).ConfigureAwait(false),
            row =>
            {
                if (values.TryDecode(row.Key, row.OldValue, row.OldEncoding, out var before)
                    && values.TryDecode(row.Key, row.NewValue, row.NewEncoding, out var after))
                    WriteObject(new SnapshotDifference(summary, row, before, after));
            });
        WriteVerbose(new SnapshotComparisonSummary(store.Prefix, comparison!).ToString());
    }

    static string Describe(SnapshotComparison ahead) =>
        $"{ahead.From.RunId} ({ReadableText.Plural(ahead.From.RowCount, "row")}) -> {ahead.To.RunId} "
        + $"({ReadableText.Plural(ahead.To.RowCount, "row")}, {ReadableText.Change(ahead.To.RowCount - ahead.From.RowCount)}); "
        + $"{ahead.Groups - ahead.GroupsEqual} of {ahead.Groups} shard groups differ";
}
