using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy probe</summary>
internal static class ProbeCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("probe", "Tries with throw-away objects below .probe/ whether the store can do what publishing needs. Exit code 1 when it cannot.");
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            var results = await run.WithStoreAsync(store => store.ProbeAsync(cancellationToken)).ConfigureAwait(false);
            run.Write(new ProbeOutput(results));
            return results.All(r => r.Passed == true) ? 0 : 1;
        });
        return command;
    }
}
