using System.Management.Automation;
using ShardyFusion.Catalog;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Lists the published snapshots of a prefix, newest first.</summary>
[Cmdlet(VerbsCommon.Get, "ManifestHistory", DefaultParameterSetName = OfAll)]
[OutputType(typeof(SnapshotHistoryEntry))]
public sealed class GetManifestHistoryCommand : PrefixesCmdlet
{
    const string OfAll = "List", OfTime = "At";

    /// <summary>How many at most.</summary>
    [Parameter(ParameterSetName = OfAll)]
    [ValidateRange(1, int.MaxValue)]
    public int? First { get; set; }

    /// <summary>Only snapshots published before this time.</summary>
    [Parameter(ParameterSetName = OfAll)]
    [InvariantTime]
    public DateTime? Before { get; set; }

    /// <summary>Only the snapshot that was current at this time.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OfTime)]
    [InvariantTime]
    public DateTime? At { get; set; }

    private protected override void ProcessPrefix()
    {
        var store = Store;
        if (At is { } time)
        {
            WriteObject(new SnapshotHistoryEntry(store.Prefix,
                RunInBackground(cancellationToken => store.GetCurrentAtAsync(time, cancellationToken))));
            return;
        }
        Receive<HistoryEntry>(
            async (mailbox, cancellationToken) =>
            {
                await foreach (var entry in store.GetHistoryAsync(First, Before, cancellationToken).ConfigureAwait(false))
                    await mailbox.PostAsync([entry], cancellationToken).ConfigureAwait(false);
            },
            entry => WriteObject(new SnapshotHistoryEntry(store.Prefix, entry)));
    }
}
