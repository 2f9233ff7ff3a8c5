using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Pipeline;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Blocks a snapshot: rollback, fallback and offsets skip it.</summary>
[Cmdlet(VerbsSecurity.Block, "ShardedSnapshot", SupportsShouldProcess = true, DefaultParameterSetName = ByRef)]
[OutputType(typeof(BlockedSnapshot))]
public sealed class BlockShardedSnapshotCommand : NamedSnapshotCmdlet
{
    /// <summary>Why.</summary>
    [Parameter(Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string Reason { get; set; } = "";

    /// <summary>Emits what was done.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process()
    {
        var store = Store;
        if (!ShouldProcess($"{Selector} at {store.Prefix}", "block")) return;
        var block = RunInBackground(cancellationToken => store.BlockAsync(Selector, Reason, cancellationToken));
        if (PassThru) WriteObject(new BlockedSnapshot(store.Prefix, block));
    }
}
