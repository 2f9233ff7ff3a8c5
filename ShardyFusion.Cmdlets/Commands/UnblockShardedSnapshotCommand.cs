using System.Management.Automation;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Lifts the block of a snapshot.</summary>
[Cmdlet(VerbsSecurity.Unblock, "ShardedSnapshot", SupportsShouldProcess = true, DefaultParameterSetName = ByRef)]
[OutputType(typeof(void))]
public sealed class UnblockShardedSnapshotCommand : SnapshotCmdlet
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

    private protected override void Process()
    {
        var store = Store;
        if (!ShouldProcess($"{Ref ?? RunId ?? Tag ?? FromPointer ?? $"offset {Offset}"} at {store.Prefix}", "unblock")) return;
        if (!RunApart(cancellationToken => store.UnblockAsync(Selector, cancellationToken))) WriteWarning("The snapshot is not blocked; nothing is changed.");
    }
}
