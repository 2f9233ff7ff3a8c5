using System.CommandLine;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>What a word of a command line may become: commands, options and their choices.</summary>
static class WordChoices
{
    /// <param name="root">The commands.</param>
    /// <param name="before">The words before it.</param>
    /// <param name="word">What is there of it.</param>
    /// <returns>In order; what has another beginning included.</returns>
    public static IEnumerable<string> Of(RootCommand root, IReadOnlyList<string> before, string word) =>
        (IEnumerable<string>?)OfOption(root, before) ?? ShardyApp.Parse(root, [.. before, word]).GetCompletions()
            .Where(static item => item.Label is not ("--help" or "-h" or "-?" or "/?" or "/h" or "--version"))
            .Select(static item => item.InsertText ?? item.Label).Order(StringComparer.Ordinal);

    /// <summary>The values that an option's help names; null where the word before is no option with such.</summary>
    static string[]? OfOption(RootCommand root, IReadOnlyList<string> before)
    {
        if (before.Count == 0 || !before[^1].StartsWith('-')) return null;
        var option = ShardyApp.Parse(root, before).CommandResult.Command.Options.Concat(root.Options)
            .FirstOrDefault(option => option.Name == before[^1] || option.Aliases.Contains(before[^1]));
        return option?.HelpName?.Split('|') is { Length: > 1 } choices ? choices : null;
    }
}
