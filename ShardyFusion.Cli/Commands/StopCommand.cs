using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Runs;
using Spectre.Console;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy stop</summary>
static class StopCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("stop", "Stops a build from anywhere: asks a live one to stop, marks a dead one as failed.");
        var runId = new Argument<string>("run-id") { Description = "The run to end." };
        var reason = new Option<string?>("--reason") { Description = "Why; kept with the run.", HelpName = "text" };
        var force = new Option<bool>("--force") { Description = "Treat a live run as dead and free the prefix at once." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show the run's state, without changing anything." };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask." };
        command.Add(runId);
        foreach (var option in new Option[] { reason, force, dryRun, yes }) command.Add(option);
        CommandRun.Bind(command, shared, terminal, (run, cancellationToken) => run.WithStoreAsync(async store =>
        {
            var found = await store.GetRunAsync(run.Parsed.GetRequiredValue(runId), cancellationToken).ConfigureAwait(false);
            var isDryRun = run.Parsed.GetValue(dryRun);
            if (isDryRun || (NeedsAnswer(found) && terminal.CanAsk && !run.Parsed.GetValue(yes)
                && !await ConfirmAsync(terminal, found, cancellationToken).ConfigureAwait(false)))
            {
                run.Write(new StopOutput(store.Prefix, found, null, isDryRun));
                return isDryRun ? 0 : 1;
            }
            var result = await store.StopRunAsync(found, run.Parsed.GetValue(reason), run.Parsed.GetValue(force), cancellationToken)
                .ConfigureAwait(false);
            run.Write(new StopOutput(store.Prefix, found, result, isDryRun: false));
            return 0;
        }));
        return command;
    }

    static bool NeedsAnswer(RunInfo run) => run.State is RunState.Running or RunState.Abandoned;

    static Task<bool> ConfirmAsync(Terminal terminal, RunInfo run, CancellationToken cancellationToken) =>
        new ConfirmationPrompt(
            Format.Plain(
            $"Stop run '{run.RunId}' ({RunsOutput.Word(run.State)}, process {run.ProcessId} on '{run.Host}')?"))
        {
            DefaultValue =
            false
        }.ShowAsync(terminal.Messages(), cancellationToken);
}
