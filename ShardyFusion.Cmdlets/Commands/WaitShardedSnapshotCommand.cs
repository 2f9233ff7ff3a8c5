using System.Management.Automation;
using ShardyFusion.Catalog;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Errors;
using ShardyFusion.Figures;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Waits until a newer snapshot is current.</summary>
[Cmdlet(VerbsLifecycle.Wait, "ShardedSnapshot")]
[OutputType(typeof(ShardedSnapshot))]
public sealed class WaitShardedSnapshotCommand : PrefixCmdlet
{
    /// <summary>Run whose snapshot the new one must be newer than.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RunIdCompleter))]
    [ValidateNotNullOrEmpty]
    public string? AfterRunId { get; set; }

    /// <summary>The pointer to look at.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(PointerCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Pointer { get; set; }

    /// <summary>Time between two looks at the pointer.</summary>
    [Parameter]
    [Duration]
    [DefaultOf(typeof(WaitOptions), nameof(WaitOptions.Interval))]
    public TimeSpan Interval { get; set; } = new WaitOptions().Interval;

    private protected override ShardyFusionException TimeIsOver(TimeSpan limit) =>
        SnapshotWait.NothingNewer(limit, ErrorTarget?.ToString(), "Get-SnapshotRun");

    private protected override void Process()
    {
        var store = Store;
        if (Interval <= TimeSpan.Zero)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, "Interval must be longer than 0.") { Target = nameof(Interval) };
        var options = new WaitOptions { AfterRunId = AfterRunId, Pointer = Pointer, Interval = Interval };
        WriteVerbose($"Looking at {Pointer ?? "the current snapshot"} of {store.Prefix} every {ReadableText.Duration(Interval)}.");
        var (info, warning) = RunInBackground(cancellationToken => store.WaitForNewerAsync(options, cancellationToken));
        if (warning is not null) WriteWarning(warning);
        WriteObject(new ShardedSnapshot(store.Prefix, info));
    }
}
