using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy freeze</summary>
static class FreezeCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("freeze",
            "Stops publish, rollback and cleanup on the prefix; without --reason says whether it is frozen.");
        var reason = new Option<string?>("--reason") { Description = "Why.", HelpName = "text" };
        var expiresIn = DurationOption.Create("--expires-in", "End the freeze automatically after this long.");
        command.Add(reason);
        command.Add(expiresIn);
        CommandRun.Bind(command, shared, terminal, (run, cancellationToken) => run.WithStoreAsync(async store =>
        {
            var expiresAt = await store.GetExpiryAsync(run.Parsed.GetValue(expiresIn), cancellationToken).ConfigureAwait(false);
            var freeze = run.Parsed.GetValue(reason) is { } why ? await store.FreezeAsync(why, expiresAt, cancellationToken)
                .ConfigureAwait(false)
                : await store.GetFreezeAsync(cancellationToken).ConfigureAwait(false);
            run.Write(AnnotationOutputs.Of(freeze, freeze is not null));
            return 0;
        }));
        return command;
    }
}
