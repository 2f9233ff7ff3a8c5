using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Stops publish, rollback and cleanup on a prefix until it is lifted or expires.</summary>
[Cmdlet(VerbsLifecycle.Suspend, "SnapshotPublishing", SupportsShouldProcess = true)]
[OutputType(typeof(PublishingSuspension))]
public sealed class SuspendSnapshotPublishingCommand : PrefixCmdlet
{
    /// <summary>Why.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Reason { get; set; }

    /// <summary>It ends by itself after this long.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? ExpiresIn { get; set; }

    /// <summary>Emits what was done.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process()
    {
        var prefix = Prefix;
        var reason = TakeSecond(Reason, nameof(Reason), ref prefix);
        Prefix = prefix;
        var store = Store;
        if (!ShouldProcess(store.Prefix, "suspend publish, rollback and cleanup")) return;
        var expiresAt = RunInBackground(cancellationToken => store.GetExpiryAsync(ExpiresIn, cancellationToken));
        var freeze = RunInBackground(cancellationToken => store.FreezeAsync(reason, expiresAt, cancellationToken));
        if (PassThru) WriteObject(new PublishingSuspension(store.Prefix, freeze));
    }
}
