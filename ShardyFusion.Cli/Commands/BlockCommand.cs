using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy block</summary>
static class BlockCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("block", "Blocks a snapshot: rollback, fallback and offsets skip it.");
        var selector = new SelectorOptions(command, isRequired: true);
        var reason = new Option<string>("--reason") { Description = "Why.", HelpName = "text", Required = true };
        command.Add(reason);
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            run.Write(AnnotationOutputs.Of(await run.WithStoreAsync(store => store.BlockAsync(selector.Of(run.Parsed),
                run.Parsed.GetRequiredValue(reason), cancellationToken)).ConfigureAwait(false)));
            return 0;
        });
        return command;
    }
}
