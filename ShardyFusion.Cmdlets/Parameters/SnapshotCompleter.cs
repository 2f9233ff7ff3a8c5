using System.Globalization;
using ShardyFusion.Catalog;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>Completes what names a snapshot of the prefix on the command line, newest first.</summary>
public abstract class SnapshotCompleter : NameCompleter
{
    /// <summary>Most entries looked at.</summary>
    const int EntryLimit = 50;

    private protected SnapshotCompleter()
    {
    }

    private protected sealed override (IEnumerable<CompletionName> Names, bool IsWhole) NamesOf(CompletionRequest request)
    {
        if (request.Prefix is not { } prefix) return ([], true);
        var (entries, isWhole) = CompletionCache<HistoryEntry>.Get(prefix, request.Connection,
            static (store, cancellationToken) => store.GetHistoryAsync(EntryLimit, cancellationToken));
        return (entries.SelectMany(entry => TextsOf(entry).Select(text => ToName(entry, text))), isWhole);
    }

    private protected abstract IEnumerable<string> TextsOf(HistoryEntry entry);

    static CompletionName ToName(HistoryEntry entry, string text) => new(text, string.Create(CultureInfo.InvariantCulture,
        $"{entry.RunId}, {entry.PublishedAt:u}, {entry.RowCount:N0} rows{(entry.IsCurrent ? ", current" : "")}"),
        text == entry.ManifestRef ? entry.RunId : null);
}
