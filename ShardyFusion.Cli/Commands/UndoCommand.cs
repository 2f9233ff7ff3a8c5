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
        command.Add(pointer);
        var approvals = new ApprovalOptions(command);
        var insistence = new InsistenceOptions(command);
        var reason = new Option<string?>("--reason") { Description = "Why; kept with the event.", HelpName = "text" };
        var block = RollbackCommand.NewBlockOption();
        foreach (var option in new Option[] { reason, block }) command.Add(option);
        CommandRun.Bind(command, shared, terminal, (run, cancellationToken) => run.WithStoreAsync(async store =>
        {
            var plan = await store.PlanUndoAsync(run.Parsed.GetValue(pointer), cancellationToken).ConfigureAwait(false);
            var change = new PointerChange(plan, approvals.Of(run), new PointerChangeOptions
            {
                IgnoreBlock = insistence.IgnoresBlock(run.Parsed),
                IgnoreFreeze = insistence.IgnoresFreeze(run.Parsed),
                Reason = run.Parsed.GetValue(reason),
                BlockPrevious = run.Parsed.GetValue(block),
            });
            return await change.MakeAsync(run, store, cancellationToken).ConfigureAwait(false);
        }));
        return command;
    }
}
