using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Runs;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy runs</summary>
static class RunsCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("runs", "Lists the builds of the prefix, newest first: running, ended and dead ones.");
        var runId = new Option<string?>("--run-id") { Description = "Only this run.", HelpName = "id" };
        var limit = Limits.Create(20);
        command.Add(runId);
        command.Add(limit);
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            var count = run.Parsed.LimitOf(limit);
            run.Write(new RunsOutput(await run.WithStoreAsync(async store =>
            {
                var runs = new List<RunInfo>();
                await foreach (var found in store.GetRunsAsync(run.Parsed.GetValue(runId), count, cancellationToken).ConfigureAwait(false))
                    runs.Add(found);
                return runs;
            }).ConfigureAwait(false)));
            return 0;
        });
        return command;
    }
}
