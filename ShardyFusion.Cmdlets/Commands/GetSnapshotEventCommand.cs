using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Formats.Annotations;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Lists what was done to the pointers of a prefix, newest first.</summary>
[Cmdlet(VerbsCommon.Get, "SnapshotEvent")]
[OutputType(typeof(SnapshotEvent))]
public sealed class GetSnapshotEventCommand : PrefixesCmdlet
{
    /// <summary>How many at most.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? First { get; set; }

    /// <summary>Only changes of this pointer.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(PointerCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Pointer { get; set; }

    private protected override void ProcessPrefix()
    {
        var store = Store;
        Receive<PointerEvent>(
            async (mailbox, cancellationToken) =>
            {
                await foreach (var change in store.GetEventsAsync(First, Pointer, cancellationToken).ConfigureAwait(false))
                    await mailbox.PostAsync([change], cancellationToken).ConfigureAwait(false);
            },
            change => WriteObject(new SnapshotEvent(store.Prefix, change)));
    }
}
