using System.CommandLine;
using ShardyFusion.Cli.CommandLine;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy complete: what the shells' completion asks; not shown in the help.</summary>
static class CompleteCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("complete", "Prints what the last word of a line may become, one choice a line.") { Hidden = true };
        var words = new Argument<string[]>("words") { Description = "The words after 'shardy', after --." };
        command.Add(words);
        command.SetAction((parsed, _) =>
        {
            var line = parsed.GetValue(words) ?? [];
            var word = line.Length > 0 ? line[^1] : "";
            foreach (var choice in WordChoices.Of(ShardyApp.CreateRoot(new SharedOptions(), terminal), line.SkipLast(1).ToList(), word))
                if (choice.StartsWith(word, StringComparison.Ordinal)) terminal.Out.WriteLine(choice);
            return Task.FromResult(0);
        });
        return command;
    }
}
