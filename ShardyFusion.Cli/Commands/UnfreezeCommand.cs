using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy unfreeze</summary>
static class UnfreezeCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("unfreeze", "Lifts the freeze of the prefix.");
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            run.Write(AnnotationOutputs.Of(await run.WithStoreAsync(store => store.UnfreezeAsync(cancellationToken)).ConfigureAwait(false),
                isFrozen: false));
            return 0;
        });
        return command;
    }
}
