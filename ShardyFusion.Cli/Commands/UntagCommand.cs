using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy untag</summary>
static class UntagCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("untag", "Removes a tag. The snapshot itself stays until a cleanup.");
        var name = new Argument<string>("name") { Description = "The tag." };
        command.Add(name);
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            var tag = run.Parsed.GetRequiredValue(name);
            run.Write(new FactsOutput([("tag", tag),
                ("removed", await run.WithStoreAsync(store => store.RemoveTagAsync(tag, cancellationToken)).ConfigureAwait(false))]));
            return 0;
        });
        return command;
    }
}
