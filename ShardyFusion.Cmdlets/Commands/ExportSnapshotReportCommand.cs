using System.Management.Automation;
using ShardyFusion.Cleaning;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Reporting;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Writes what there is to see of a prefix to one HTML page.</summary>
[Cmdlet(VerbsData.Export, "SnapshotReport", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportSnapshotReportCommand : PrefixCmdlet
{
    static readonly ReportOptions Defaults = new();

    /// <summary>The page.</summary>
    [Parameter(Position = 1, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>At most this many snapshots and runs.</summary>
    [Parameter]
    [ValidateRange(1, 1_000)]
    [DefaultOf(typeof(ReportOptions), nameof(ReportOptions.Limit))]
    public int? First { get; set; }

    /// <summary>A manifest older than this is degraded.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? StalenessThreshold { get; set; }

    /// <summary>How often a snapshot is published; a missed one is degraded.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? ExpectedEvery { get; set; }

    /// <summary>Reads one key of every shard.</summary>
    [Parameter]
    public SwitchParameter Deep { get; set; }

    /// <summary>Snapshots that the cleanup would keep, whose plan shows what it would free.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? KeepLast { get; set; }

    /// <summary>Does not look at how much storage the prefix uses.</summary>
    [Parameter]
    public SwitchParameter SkipStorage { get; set; }

    /// <summary>Replaces a file that is there.</summary>
    [Parameter]
    public SwitchParameter Overwrite { get; set; }

    /// <summary>Emits the file.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    // The check itself ends in time, and reports what it knows by then.
    private protected override TimeSpan? WaitLimit => null;

    private protected override void Process()
    {
        var (store, path) = (Store, ResolvePath(Path));
        if (!ShouldProcess(path, $"{(Overwrite && File.Exists(path) ? "replace" : "create")} the report of {store.Prefix}")) return;
        var options = Defaults with
        {
            Limit = First ?? Defaults.Limit,
            Cleanup = SkipStorage ? null : new CleanupPolicy { KeepLast = KeepLast ?? new CleanupPolicy().KeepLast },
            Health = Defaults.Health with
            {
                StalenessThreshold = StalenessThreshold,
                ExpectedEvery = ExpectedEvery,
                Deep = Deep,
                Timeout = TimeoutSec is { } seconds ? TimeSpan.FromSeconds(seconds) : Defaults.Health.Timeout,
            },
        };
        var saved = RunInBackground(cancellationToken => store.SaveReportAsync(path, options, Overwrite, cancellationToken));
        foreach (var problem in saved.Report.Problems) WriteWarning(problem);
        if (PassThru) WriteObject(new FileInfo(path));
    }
}
