using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Reading;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy health</summary>
static class HealthCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("health", "Checks the current snapshot. Exit code 0 healthy, 1 degraded, 2 unhealthy or unreachable.");
        var arguments = new HealthArguments(command, canWatch: true);
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            var options = arguments.Of(run.Parsed);
            if (run.TryOpen(out var unopened) is not { } store)
            {
                // A monitor gets the answer in the same form, whatever is wrong.
                run.Write(new HealthOutput(HealthReport.Unopened(run.PrefixOrNull, unopened!)));
                return (int)HealthStatus.Unhealthy;
            }
            await using (store.ConfigureAwait(false))
            {
                if (arguments.IsWatch(run.Parsed))
                    return await WatchAsync(run, store, options, arguments.Interval(run.Parsed), cancellationToken).ConfigureAwait(false);
                var report = await store.CheckHealthAsync(options, cancellationToken).ConfigureAwait(false);
                run.Write(new HealthOutput(report));
                return (int)report.Status;
            }
        }, errorExitCode: 2);
        return command;
    }

    // Ctrl+C is how a watch ends, so its exit code is that of the last verdict.
    static async Task<int> WatchAsync(CommandRun run, SnapshotStore store, HealthOptions options, TimeSpan interval,
        CancellationToken cancellationToken)
    {
        HealthReport? last = null;
        try
        {
            while (true)
            {
                last = await store.CheckHealthAsync(options, cancellationToken).ConfigureAwait(false);
                if (run.Mode == OutputMode.Table) run.Terminal.ClearScreen();
                run.Write(new HealthOutput(last));
                await Task.Delay(interval, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && last is not null)
        {
            return (int)last.Status;
        }
    }
}
