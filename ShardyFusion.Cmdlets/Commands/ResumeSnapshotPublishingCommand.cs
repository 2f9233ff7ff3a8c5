using System.Management.Automation;
using ShardyFusion.Cmdlets.Pipeline;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Allows publish, rollback and cleanup on a prefix again.</summary>
[Cmdlet(VerbsLifecycle.Resume, "SnapshotPublishing", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class ResumeSnapshotPublishingCommand : PrefixCmdlet
{
    private protected override void Process()
    {
        var store = Store;
        if (!ShouldProcess(store.Prefix, "resume publish, rollback and cleanup")) return;
        if (RunInBackground(cancellationToken => store.UnfreezeAsync(cancellationToken)) is null)
            WriteWarning("Publishing is not suspended; nothing is changed.");
    }
}
