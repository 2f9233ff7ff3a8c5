using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Maintenance;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy key-history</summary>
static class KeyHistoryCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("key-history", "Follows one key through the published snapshots, newest first.");
        var key = new Argument<string>("key") { Description = "The key." };
        command.Add(key);
        var keys = new KeyOptions(command);
        var routing = new RoutingOptions(command);
        var limit = Limits.Create(10, "At most this many snapshots; 0 for all.");
        command.Add(limit);
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            var text = run.Parsed.GetRequiredValue(key);
            var wanted = keys.Parse(run.Parsed, text);
            var context = routing.Of(run.Parsed);
            run.Write(new KeyHistoryOutput(text, await run.WithStoreAsync(async store =>
            {
                var versions = new List<KeyVersion>();
                await foreach (var version in store.GetKeyHistoryAsync(wanted, context, run.Parsed.LimitOf(limit), cancellationToken)
                    .ConfigureAwait(false)) versions.Add(version);
                return versions;
            }).ConfigureAwait(false)));
            return 0;
        });
        return command;
    }
}
