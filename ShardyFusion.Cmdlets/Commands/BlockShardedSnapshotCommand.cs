using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Marks a snapshot as not to be used: rollback, fallback and offsets pass over it.</summary>
[Cmdlet(VerbsSecurity.Block, "ShardedSnapshot", SupportsShouldProcess = true, DefaultParameterSetName = ByRef)]
[OutputType(typeof(BlockedSnapshot))]
public sealed class BlockShardedSnapshotCommand : SnapshotCmdlet
{
    /// <inheritdoc/>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("SnapshotPrefix", "Uri")]
    [ValidateNotNullOrEmpty]
    public override string? Prefix { get; set; }

    /// <summary>Manifest ref of the snapshot.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByRef, ValueFromPipelineByPropertyName = true)]
    [Alias("ManifestRef")]
    [ArgumentCompleter(typeof(ManifestRefCompleter))]
    [ValidateNotNullOrEmpty]
    public override string? Ref { get; set; }

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
        if (!ShouldProcess($"{Ref ?? RunId ?? Tag ?? FromPointer ?? $"offset {Offset}"} at {store.Prefix}", "block")) return;
        var block = RunApart(cancellationToken => store.BlockAsync(Selector, Reason, cancellationToken));
        if (PassThru) WriteObject(new BlockedSnapshot(store.Prefix, block));
    }
}
