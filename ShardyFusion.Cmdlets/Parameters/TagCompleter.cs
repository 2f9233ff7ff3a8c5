using ShardyFusion.Catalog;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>Completes tags from the history of the prefix on the command line.</summary>
public sealed class TagCompleter : SnapshotCompleter
{
    private protected override IEnumerable<string> TextsOf(HistoryEntry entry) => entry.Tags;
}
