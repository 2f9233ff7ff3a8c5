using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Reading;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy route</summary>
static class RouteCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("route", "Shows which shard a key belongs to, without looking it up.");
        var key = new Argument<string>("key") { Description = "The key." };
        command.Add(key);
        var keys = new KeyOptions(command);
        var routing = new RoutingOptions(command);
        var selector = new SelectorOptions(command, isRequired: false);
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            var text = run.Parsed.GetRequiredValue(key);
            var wanted = keys.Parse(run.Parsed, text);
            var context = routing.Of(run.Parsed);
            var options = new ReaderOptions { Selector = selector.Of(run.Parsed) };
            run.Write(await run.WithReaderAsync(
                options, reader => Task.FromResult(new RouteOutput(text, reader.ResolveShard(wanted, context), reader.Info.ShardCount)),
                cancellationToken).ConfigureAwait(false));
            return 0;
        });
        return command;
    }
}
