using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Runs;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Lists the builds of a prefix, newest first: running, ended and dead ones.</summary>
[Cmdlet(VerbsCommon.Get, "SnapshotRun")]
[OutputType(typeof(SnapshotRun))]
public sealed class GetSnapshotRunCommand : PrefixesCmdlet
{
    /// <summary>Only this run.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AnyRunCompleter))]
    [ValidateNotNullOrEmpty]
    public string? RunId { get; set; }

    /// <summary>How many at most.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? First { get; set; }

    private protected override void ProcessPrefix()
    {
        var store = Store;
        Receive<RunInfo>(
            async (mailbox, cancellationToken) =>
            {
                await foreach (var run in store.GetRunsAsync(RunId, First, cancellationToken).ConfigureAwait(false))
                    await mailbox.PostAsync([run], cancellationToken).ConfigureAwait(false);
            },
            run => WriteObject(new SnapshotRun(store.Prefix, run)));
    }
}
