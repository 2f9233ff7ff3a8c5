using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Publishing;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy rollback</summary>
static class RollbackCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("rollback", "Makes another snapshot current; all its shards must be there.");
        var selector = new SelectorOptions(command, isRequired: true);
        var approvals = new ApprovalOptions(command);
        var allowUnsafePointer = new Option<bool>("--allow-unsafe-pointer")
        {
            Description = "Allow a store that does not honour conditional writes.",
        };
        var insistence = new InsistenceOptions(command);
        var reason = new Option<string?>("--reason") { Description = "Why; kept with the event.", HelpName = "text" };
        var block = NewBlockOption();
        foreach (var option in new Option[] { allowUnsafePointer, reason, block }) command.Add(option);
        CommandRun.Bind(command, shared, terminal, (run, cancellationToken) => run.WithStoreAsync(async store =>
        {
            var plan = await store.PlanRollbackAsync(selector.Of(run.Parsed), cancellationToken).ConfigureAwait(false);
            var change = new PointerChange(plan, approvals.Of(run), new PointerChangeOptions
            {
                AllowUnsafePointer = run.Parsed.GetValue(allowUnsafePointer),
                IgnoreBlock = insistence.IgnoresBlock(run.Parsed),
                IgnoreFreeze = insistence.IgnoresFreeze(run.Parsed),
                Reason = run.Parsed.GetValue(reason),
                BlockPrevious = run.Parsed.GetValue(block),
            });
            return await change.MakeAsync(run, store, cancellationToken).ConfigureAwait(false);
        }));
        return command;
    }

    /// <summary>The option that blocks what the pointer is moved away from.</summary>
    public static Option<bool> NewBlockOption() => new("--block")
    {
        Description = "Also block the snapshot that was current, so that it is not used again.",
    };
}
