using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy shards</summary>
static class ShardsCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("shards", "Lists the shards of a snapshot; empty ones have no file and are left out.");
        var selector = new SelectorOptions(command, isRequired: false);
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            run.Write(new ShardsOutput(await run.GetInfoAsync(selector.Of(run.Parsed), int.MaxValue, cancellationToken)
                .ConfigureAwait(false)));
            return 0;
        });
        return command;
    }
}
