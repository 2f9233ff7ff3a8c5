using System.Management.Automation;
using ShardyFusion.Catalog;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Figures;

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
    [GivenTime]
    public GivenTime? Before { get; set; }

    /// <summary>Only the snapshot that was current at this time.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OfTime)]
    [GivenTime]
    public GivenTime? At { get; set; }

    private protected override void Begin()
    {
        SayZone(nameof(At), At);
        SayZone(nameof(Before), Before);
    }

    private protected override void ProcessPrefix()
    {
        var store = Store;
        if (At is { } given)
        {
            // What is shown is cut to seconds, and is to find what it was shown of.
            var time = TimeText.EndOfSecond(given.Time);
            WriteObject(new SnapshotHistoryEntry(store.Prefix,
                RunInBackground(cancellationToken => store.GetCurrentAtAsync(time, cancellationToken))));
            return;
        }
        Receive<HistoryEntry>(
            async (mailbox, cancellationToken) =>
            {
                await foreach (var entry in store.GetHistoryAsync(First, Before?.Time, cancellationToken).ConfigureAwait(false))
                    await mailbox.PostAsync([entry], cancellationToken).ConfigureAwait(false);
            },
            entry => WriteObject(new SnapshotHistoryEntry(store.Prefix, entry)));
    }

    void SayZone(string name, GivenTime? given)
    {
        if (given is null) return;
        WriteVerbose($"-{name} is {given}.");
        if (given.Assumed is { } zone) WriteWarning($"-{name} names no time zone; {zone} is taken: {given}.");
    }
}
