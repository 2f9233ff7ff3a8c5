using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy unblock</summary>
static class UnblockCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("unblock", "Lifts the block of a snapshot.");
        var selector = new SelectorOptions(command, isRequired: true);
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            run.Write(new FactsOutput([("blocked", false),
                ("changed", await run.WithStoreAsync(store => store.UnblockAsync(selector.Of(run.Parsed), cancellationToken))
                .ConfigureAwait(false))]));
            return 0;
        });
        return command;
    }
}
