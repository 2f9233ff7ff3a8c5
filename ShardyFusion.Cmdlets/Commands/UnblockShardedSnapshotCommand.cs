using System.Management.Automation;
using ShardyFusion.Cmdlets.Pipeline;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Lifts the block of a snapshot.</summary>
[Cmdlet(VerbsSecurity.Unblock, "ShardedSnapshot", SupportsShouldProcess = true, DefaultParameterSetName = ByRef)]
[OutputType(typeof(void))]
public sealed class UnblockShardedSnapshotCommand : NamedSnapshotCmdlet
{
    private protected override void Process()
    {
        var store = Store;
        if (!ShouldProcess($"{Selector} at {store.Prefix}", "unblock")) return;
        if (!RunInBackground(cancellationToken => store.UnblockAsync(Selector, cancellationToken)))
            WriteWarning("The snapshot is not blocked; nothing is changed.");
    }
}
