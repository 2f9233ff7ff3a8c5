using System.Management.Automation;
using ShardyFusion.Cmdlets.Pipeline;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Forgets what <c>Connect-ShardStore</c> kept, and closes the readers that the session kept open.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "ShardStore")]
public sealed class DisconnectShardStoreCommand : ShardyCmdlet
{
    private protected override void End()
    {
        SessionConnection.Current = null;
        RunInBackground(async _ => await SessionReaders.Cache.CloseUnusedAsync().ConfigureAwait(false));
    }
}
