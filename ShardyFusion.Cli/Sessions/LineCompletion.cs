using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Errors;

namespace ShardyFusion.Cli.Sessions;

/// <summary>What a word of a session's line may become: commands, options, their choices, and names of the prefix's snapshots.</summary>
/// <param name="root">The commands.</param>
/// <param name="session">Whose snapshots.</param>
sealed class LineCompletion(RootCommand root, ReadSession session)
{
    /// <summary>Names are looked up while somebody waits.</summary>
    static readonly TimeSpan LookUpLimit = TimeSpan.FromMilliseconds(300);

    const int MostNames = 50;

    /// <param name="text">The line.</param>
    /// <param name="cursor">Code units before the cursor.</param>
    /// <returns>Where the word before the cursor begins, and what it may become, in order.</returns>
    public (int Start, IReadOnlyList<string> Choices) Find(string text, int cursor)
    {
        var start = text.LastIndexOf(' ', Math.Max(0, cursor - 1), Math.Min(cursor, text.Length)) + 1;
        var word = text[start..cursor];
        if (LineWords.Split(text[..start], out var before) is not null) return (start, []);
        var choices = before.Count > 0 ? NamesAfter(before[^1]) ?? WordChoices.Of(root, before, word)
            : [.. WordChoices.Of(root, before, word), "help", "quit"];
        return (start, [.. choices.Where(choice => choice.StartsWith(word, StringComparison.OrdinalIgnoreCase)).Distinct()]);
    }

    /// <summary>What all choices begin with.</summary>
    public static string CommonStart(IReadOnlyList<string> choices)
    {
        var common = choices[0];
        foreach (var choice in choices) common = common[..common.AsSpan().CommonPrefixLength(choice)];
        return common;
    }

    /// <summary>Null where the word before says nothing of what comes.</summary>
    List<string>? NamesAfter(string option) => option switch
    {
        "--run-id" or "--reference" => LookUp(static entry => [entry.RunId]),
        "--ref" => LookUp(static entry => [entry.ManifestRef]),
        "--tag" => LookUp(static entry => entry.Tags),
        _ => null,
    };

    List<string> LookUp(Func<Catalog.HistoryEntry, IEnumerable<string>> names)
    {
        using var limit = new CancellationTokenSource(LookUpLimit);
        try
        {
            return Task.Run(async () =>
            {
                var found = new List<string>();
                await foreach (var entry in session.Store.GetHistoryAsync(MostNames, limit.Token).ConfigureAwait(false))
                    found.AddRange(names(entry));
                return found;
            }).WaitAsync(limit.Token).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is OperationCanceledException or ShardyFusionException)
        {
            // The command itself will say what is wrong.
            return [];
        }
    }
}
