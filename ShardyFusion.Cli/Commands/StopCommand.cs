using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Runs;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy stop</summary>
static class StopCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("stop", "Stops a build from anywhere: asks a live one to stop, marks a dead one as failed.");
        var runId = new Argument<string>("run-id") { Description = "The run to end." };
        var reason = new Option<string?>("--reason") { Description = "Why; kept with the run.", HelpName = "text" };
        var declareDead = new Option<bool>("--declare-dead") { Description = "Treat a live run as dead and free the prefix at once." };
        command.Add(runId);
        command.Add(reason);
        command.Add(declareDead);
        var approvals = new ApprovalOptions(command, "Show the run's state, without changing anything.");
        CommandRun.Bind(command, shared, terminal, (run, cancellationToken) => run.WithStoreAsync(async store =>
        {
            var found = await store.GetRunAsync(run.Parsed.GetRequiredValue(runId), cancellationToken).ConfigureAwait(false);
            var approval = approvals.Of(run);
            if (approval.IsDryRun
                || (NeedsAnswer(found) && !await approval.AskAsync(Question(found), cancellationToken).ConfigureAwait(false)))
            {
                run.Write(new StopOutput(store.Prefix, found, null, approval.IsDryRun));
                return approval.IsDryRun ? 0 : 1;
            }
            var result = await store.StopRunAsync(found, run.Parsed.GetValue(reason), run.Parsed.GetValue(declareDead), cancellationToken)
                .ConfigureAwait(false);
            run.Write(new StopOutput(store.Prefix, found, result, isDryRun: false));
            return 0;
        }));
        return command;
    }

    static bool NeedsAnswer(RunInfo run) => run.State is RunState.Running or RunState.Abandoned;

    static string Question(RunInfo run) =>
        $"Stop run '{run.RunId}' ({RunsOutput.Word(run.State)}, process {run.ProcessId} on '{run.Host}')?";
}
