using System.CommandLine;
using ShardyFusion.Cli.Output;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>Reports a command line that cannot be understood.</summary>
static class UsageError
{
    public const int ExitCode = 2;

    /// <summary>The name that scripts go by.</summary>
    public const string Id = "Usage";

    /// <param name="parsed">The command line.</param>
    /// <param name="terminal">Where to report.</param>
    /// <param name="fault">What is wrong with it; null for what the parser found.</param>
    public static int Report(ParseResult parsed, Terminal terminal, string? fault = null)
    {
        var op = parsed.CommandResult.Command is RootCommand ? "shardy" : CommandRun.NameOf(parsed.CommandResult.Command);
        var message = fault ?? string.Join(" ", parsed.Errors.Select(e => e.Message).Distinct());
        // --output itself may be what is wrong, so the raw words are looked at.
        var words = parsed.Tokens.Select(t => t.Value).ToArray();
        var word = words.ElementAtOrDefault(Array.FindIndex(words, w => w is "--output" or "-o") is var at and >= 0 ? at + 1
            : words.Length);
        var named = Enum.GetValues<OutputMode>().Cast<OutputMode?>()
            .FirstOrDefault(m => m.ToString()!.Equals(word, StringComparison.OrdinalIgnoreCase));
        var help = op == "shardy" ? "shardy --help" : $"shardy {op} --help";
        new ErrorReport(message, Id, $"See '{help}'.").Write(terminal, named ?? terminal.DefaultMode, op);
        return ExitCode;
    }
}
