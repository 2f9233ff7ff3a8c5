using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Runs;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Stops a build from anywhere: asks a live one to stop, marks a dead one as failed.</summary>
[Cmdlet(VerbsLifecycle.Stop, "SnapshotRun", SupportsShouldProcess = true)]
[OutputType(typeof(SnapshotRunStop))]
public sealed class StopSnapshotRunCommand : PrefixCmdlet
{
    /// <summary>The run to end.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(UnendedRunCompleter))]
    [ValidateNotNullOrEmpty]
    public string? RunId { get; set; }

    /// <summary>Why; kept with the run.</summary>
    [Parameter]
    public string? Reason { get; set; }

    /// <summary>Treats a live run as dead.</summary>
    [Parameter]
    public SwitchParameter DeclareDead { get; set; }

    /// <summary>Emits what was done.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process()
    {
        var prefix = Prefix;
        var runId = TakeSecond(RunId, nameof(RunId), ref prefix);
        Prefix = prefix;
        var store = Store;
        var run = RunInBackground(cancellationToken => store.GetRunAsync(runId, cancellationToken));
        var action = run.State == RunState.Running && !DeclareDead ? "ask to stop" : "mark failed and free the prefix";
        if (run.State is RunState.Succeeded or RunState.Failed) WriteWarning($"Run '{run.RunId}' has already ended; nothing is changed.");
        else if (
            !ShouldProcess(
            $"run '{run.RunId}' ({run.State.ToString().ToLowerInvariant()}, process {run.ProcessId} on '{run.Host}') at {store.Prefix}",
            action)) return;
        var result = RunInBackground(cancellationToken => store.StopRunAsync(run, Reason, DeclareDead, cancellationToken));
        if (PassThru) WriteObject(new SnapshotRunStop(result));
    }
}
