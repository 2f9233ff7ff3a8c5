using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Pipeline;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Keeps a prefix and the way to reach it for the cmdlets that follow in this session.</summary>
[Cmdlet(VerbsCommunications.Connect, "ShardStore")]
[OutputType(typeof(ShardStoreConnection))]
public sealed class ConnectShardStoreCommand : StoreCmdlet
{
    /// <inheritdoc/>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("SnapshotPrefix", "Uri")]
    [ValidateNotNullOrEmpty]
    public override string? Prefix { get; set; }

    /// <summary>Sends no request to find out whether the store can be reached.</summary>
    [Parameter]
    public SwitchParameter SkipCheck { get; set; }

    private protected override void Process()
    {
        SessionConnection.Current = null;
        var store = Store;
        if (!SkipCheck) RunApart(store.CheckAccessAsync);
        SessionConnection.Current = new SessionConnection(store.Prefix, Connection());
        WriteObject(new ShardStoreConnection(store.Prefix, store.Description));
    }
}
