using System.CommandLine;
using System.CommandLine.Parsing;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>Finds options that no command knows. The parser takes them for files or keys where a command takes any number of
/// these.</summary>
static class UnknownOption
{
    /// <returns>What to say; null when there is none.</returns>
    public static string? Find(ParseResult parsed)
    {
        var positional = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens)
            .ToHashSet(ReferenceEqualityComparer.Instance);
        foreach (var token in parsed.Tokens.TakeWhile(t => t.Type != TokenType.DoubleDash))
            if (positional.Contains(token) && IsOption(token.Value))
                return $"The option '{token.Value}' is not known. Put arguments that start with a dash after '--'.";
        return null;
    }

    /// <summary>A dash alone is standard input, and a negative number is no option either.</summary>
    static bool IsOption(string word) => word is ['-', var next, ..] && !char.IsAsciiDigit(next);
}
