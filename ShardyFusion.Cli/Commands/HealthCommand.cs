using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Snapshots;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy health</summary>
internal static class HealthCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("health", "Checks the current snapshot. Exit code 0 healthy, 1 degraded, 2 unhealthy or unreachable.");
        var staleness = new Option<double?>("--staleness-threshold") { Description = "An older manifest is degraded.", HelpName = "seconds" };
        staleness.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && double.TryParse(result.Tokens[0].Value, System.Globalization.CultureInfo.InvariantCulture, out var seconds)
                && !(seconds >= 0 && seconds <= TimeSpan.MaxValue.TotalSeconds / 2))
                result.AddError("--staleness-threshold must be a number of seconds, at least 0.");
        });
        var deep = new Option<bool>("--deep") { Description = "Also open every shard and read one key of it." };
        command.Add(staleness);
        command.Add(deep);
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            var options = new HealthOptions
            {
                StalenessThreshold = run.Parsed.GetValue(staleness) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                Deep = run.Parsed.GetValue(deep),
            };
            var report = await run.WithStoreAsync(store => store.CheckHealthAsync(options, cancellationToken)).ConfigureAwait(false);
            run.Write(new HealthOutput(report));
            return (int)report.Status;
        }, errorExitCode: 2);
        return command;
    }
}
