using ShardyFusion.Catalog;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>Completes run ids from the history of the prefix on the command line.</summary>
public sealed class RunIdCompleter : SnapshotCompleter
{
    private protected override IEnumerable<string> TextsOf(HistoryEntry entry) => [entry.RunId];
}
