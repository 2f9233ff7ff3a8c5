using ShardyFusion.Catalog;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>Completes manifest refs from the history of the prefix on the command line.</summary>
public sealed class ManifestRefCompleter : SnapshotCompleter
{
    private protected override IEnumerable<string> TextsOf(HistoryEntry entry) => [entry.ManifestRef];
}
