using ShardyFusion.Catalog;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>Completes names of pointers that name a snapshot of the prefix on the command line.</summary>
public sealed class PointerCompleter : SnapshotCompleter
{
    private protected override IEnumerable<string> TextsOf(HistoryEntry entry) => entry.Pointers;
}
