using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy info</summary>
static class InfoCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("info", "Describes a snapshot.");
        var selector = new SelectorOptions(command, isRequired: false);
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            run.Write(new InfoOutput(await run.GetInfoAsync(selector.Of(run.Parsed), 1, cancellationToken).ConfigureAwait(false)));
            return 0;
        });
        return command;
    }
}
