using System.Collections;
using System.ComponentModel;
using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.LocalFiles;
using ShardyFusion.Measuring;
using ShardyFusion.Reading;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Measures builds, gets and refreshes on a store with temporary snapshots.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "ShardedSnapshot", SupportsShouldProcess = true)]
[OutputType(typeof(SnapshotMeasurement))]
public sealed class MeasureShardedSnapshotCommand : PrefixCmdlet
{
    /// <summary>Numbers of shards to measure with.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [DefaultValue(new[] { 8, 64, 256 })]
    public int[] ShardCount { get; set; } = [8, 64, 256];

    /// <summary>Rows of each temporary snapshot.</summary>
    [Parameter]
    [DefaultOf(typeof(MeasureOptions), nameof(MeasureOptions.RowCount))]
    public int? RowCount { get; set; }

    /// <summary>Bytes of each value.</summary>
    [Parameter]
    [ByteSize]
    [DefaultOf(typeof(MeasureOptions), nameof(MeasureOptions.ValueBytes))]
    public long? ValueSize { get; set; }

    /// <summary>Cold gets.</summary>
    [Parameter]
    [DefaultOf(typeof(MeasureOptions), nameof(MeasureOptions.ColdGets))]
    public int? ColdGetCount { get; set; }

    /// <summary>Warm gets, and keys of all batches together.</summary>
    [Parameter]
    [DefaultOf(typeof(MeasureOptions), nameof(MeasureOptions.WarmGets))]
    public int? WarmGetCount { get; set; }

    /// <summary>Keys of a batch.</summary>
    [Parameter]
    [DefaultOf(typeof(MeasureOptions), nameof(MeasureOptions.BatchSize))]
    public int? BatchSize { get; set; }

    /// <summary>Refreshes.</summary>
    [Parameter]
    [DefaultOf(typeof(MeasureOptions), nameof(MeasureOptions.Refreshes))]
    public int? RefreshCount { get; set; }

    /// <summary>Threads that get during refreshes.</summary>
    [Parameter]
    [DefaultOf(typeof(MeasureOptions), nameof(MeasureOptions.Threads))]
    public int? ThreadCount { get; set; }

    /// <summary>How shards are read.</summary>
    [Parameter]
    public ReadMode Mode { get; set; }

    /// <summary>What the store charges.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? PriceTable { get; set; }

    /// <summary>File for a drawing of the table, SVG.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ChartPath { get; set; }

    private protected override void Process()
    {
        var prefix = Store.Prefix;
        var chart = ChartPath is null ? null : ResolvePath(ChartPath);
        OutputFile.RequireWritable(chart);
        if (!ShouldProcess(prefix, "Write, read and delete temporary snapshots below .measure/")) return;
        var options = ReadOptions();
        var view = new ProgressView<MeasureProgress>(0x5F19, "Measuring sharded snapshots", state => (
            $"{prefix}: {state.Step}", 100 * state.StepsDone / state.StepsTotal), WriteProgress);
        ShowProgress(view, () =>
        {
            var connection = UsedConnection();
            var report = RunInBackground(cancellationToken => SnapshotMeasure.RunAsync(prefix, connection, options, view,
                cancellationToken));
            foreach (var line in report.Lines) WriteObject(new SnapshotMeasurement(report, line));
            // After the table: a chart that cannot be written must not cost what took minutes.
            if (chart is not null) RunInBackground(cancellationToken => report.SaveSvgAsync(chart, cancellationToken));
        });
    }

    MeasureOptions ReadOptions()
    {
        var defaults = new MeasureOptions();
        return new MeasureOptions
        {
            ShardCounts = ShardCount,
            RowCount = RowCount ?? defaults.RowCount,
            ValueBytes = (int)Math.Min(ValueSize ?? defaults.ValueBytes, int.MaxValue),
            ColdGets = ColdGetCount ?? defaults.ColdGets,
            WarmGets = WarmGetCount ?? defaults.WarmGets,
            BatchSize = BatchSize ?? defaults.BatchSize,
            Refreshes = RefreshCount ?? defaults.Refreshes,
            Threads = ThreadCount ?? defaults.Threads,
            Mode = Mode,
            Prices = PriceTable is null ? null : Parameters.PriceTable.Read(PriceTable),
        };
    }
}
