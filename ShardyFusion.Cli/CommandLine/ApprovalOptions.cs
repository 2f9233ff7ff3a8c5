using System.CommandLine;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>The options of commands that change something: only show it, or do it without a question.</summary>
sealed class ApprovalOptions
{
    readonly Option<bool> dryRun;
    readonly Option<bool> yes;

    /// <param name="command">Gets the options.</param>
    /// <param name="dryRunDescription">What happens instead of a change.</param>
    /// <param name="yesDescription">When the answer is needed on the command line.</param>
    public ApprovalOptions(Command command,
        string dryRunDescription = "Check the target and show what would happen, without changing anything.",
        string yesDescription = "Do not ask.")
    {
        dryRun = new("--dry-run") { Description = dryRunDescription };
        yes = new("--yes", "-y") { Description = yesDescription };
        command.Add(dryRun);
        command.Add(yes);
    }

    public Approval Of(CommandRun run) => new(run.Terminal, run.Parsed.GetValue(dryRun), run.Parsed.GetValue(yes));
}
