using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Publishing;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy undo</summary>
static class UndoCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("undo", "Moves the pointer back to where it was before its last change.");
        var pointer = new Option<string?>("--pointer")
        {
            Description = "The pointer, such as CANARY. Default: CURRENT, which readers follow.",
            HelpName = "name",
        };
        var dryRun = new Option<bool>("--dry-run")
        {
            Description = "Check the target and show what would happen, without changing anything.",
        };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask." };
        var force = new Option<bool>("--force") { Description = "Allow a blocked snapshot as the target." };
        var reason = new Option<string?>("--reason") { Description = "Why; kept with the event.", HelpName = "text" };
        var block = RollbackCommand.NewBlockOption();
        foreach (var option in new Option[] { pointer, dryRun, yes, force, reason, block }) command.Add(option);
        CommandRun.Bind(command, shared, terminal,
            (run, cancellationToken) => run.WithStoreAsync(async store => await RollbackCommand.MoveAsync(run, store,
            await store.PlanUndoAsync(run.Parsed.GetValue(pointer), cancellationToken).ConfigureAwait(false), run.Parsed.GetValue(dryRun),
            run.Parsed.GetValue(yes),
            new PointerChangeOptions
            {
                Force = run.Parsed.GetValue(force),
                Reason = run.Parsed.GetValue(reason),
                BlockPrevious = run.Parsed.GetValue(block)
            }, cancellationToken).ConfigureAwait(false)));
        return command;
    }
}
