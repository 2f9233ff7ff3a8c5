using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Publishing;
using Spectre.Console;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy rollback</summary>
static class RollbackCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("rollback", "Makes another snapshot current; all its shards must be there.");
        var selector = new SelectorOptions(command, isRequired: true);
        var dryRun = new Option<bool>("--dry-run")
        {
            Description = "Check the target and show what would happen, without changing anything.",
        };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask." };
        var allowUnsafePointer = new Option<bool>("--allow-unsafe-pointer")
        {
            Description = "Allow a store that does not honour conditional writes.",
        };
        var force = new Option<bool>("--force") { Description = "Allow a blocked snapshot as the target." };
        var reason = new Option<string?>("--reason") { Description = "Why; kept with the event.", HelpName = "text" };
        var block = NewBlockOption();
        foreach (var option in new Option[] { dryRun, yes, allowUnsafePointer, force, reason, block }) command.Add(option);
        CommandRun.Bind(command, shared, terminal, (run, cancellationToken) => run.WithStoreAsync(async store => await MoveAsync(run, store,
            await store.PlanRollbackAsync(selector.Of(run.Parsed), cancellationToken).ConfigureAwait(false), run.Parsed.GetValue(dryRun),
            run.Parsed.GetValue(yes),
            new PointerChangeOptions
            {
                AllowUnsafePointer = run.Parsed.GetValue(allowUnsafePointer),
                Force = run.Parsed.GetValue(force),
                Reason = run.Parsed.GetValue(reason),
                BlockPrevious = run.Parsed.GetValue(block)
            }, cancellationToken).ConfigureAwait(false)));
        return command;
    }

    /// <summary>The option that blocks what the pointer is moved away from.</summary>
    public static Option<bool> NewBlockOption() => new("--block")
    {
        Description = "Also block the snapshot that was current, so that it is not used again.",
    };

    /// <summary>Carries a plan out, after a question where someone can answer; or only shows it.</summary>
    public static async Task<int> MoveAsync(CommandRun run, SnapshotStore store, RollbackPlan plan, bool isDryRun, bool isConfirmed,
        PointerChangeOptions options, CancellationToken cancellationToken)
    {
        if (plan.Warning is not null) await run.Terminal.Error.WriteLineAsync($"Warning: {plan.Warning}").ConfigureAwait(false);
        if (isDryRun || plan.IsNoOp)
        {
            run.Write(new RollbackOutput(plan, null, isDryRun));
            return 0;
        }
        if (run.Terminal.CanAsk && !isConfirmed && !await ConfirmAsync(run.Terminal, plan, cancellationToken).ConfigureAwait(false))
        {
            run.Write(new RollbackOutput(plan, null, isDryRun: false));
            return 1;
        }
        run.Write(new RollbackOutput(plan, await store.RollbackAsync(plan, options, cancellationToken).ConfigureAwait(false),
            isDryRun: false));
        return 0;
    }

    static Task<bool> ConfirmAsync(Terminal terminal, RollbackPlan plan, CancellationToken cancellationToken) =>
        new ConfirmationPrompt(Format.Plain($"Move _{plan.Pointer} from run '{plan.From}' to run '{plan.To}'?"))
        {
            DefaultValue =
            false
        }.ShowAsync(terminal.Messages(), cancellationToken);
}
