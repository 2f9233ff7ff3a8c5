using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Stores;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy probe</summary>
static class ProbeCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("probe",
            "Checks, with temporary objects below .probe/, whether the store can do what publishing needs, and what is nice to have. "
                + "Exit code 1 if publishing cannot work, or if that could not be determined.");
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            var results = await run.WithStoreAsync(store => store.ProbeAsync(cancellationToken)).ConfigureAwait(false);
            run.Write(new ProbeOutput(results));
            return StoreProbe.Judge(results) is StoreFitness.Fit or StoreFitness.Limited ? 0 : 1;
        });
        return command;
    }
}
