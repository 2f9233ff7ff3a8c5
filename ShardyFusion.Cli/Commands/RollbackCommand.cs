using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using Spectre.Console;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy rollback</summary>
internal static class RollbackCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("rollback", "Makes another snapshot current; all its shards must be there.");
        var selector = new SelectorOptions(command, isRequired: true);
        var dryRun = new Option<bool>("--dry-run") { Description = "Check the target and say what would happen; change nothing." };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask." };
        var allowUnsafePointer = new Option<bool>("--allow-unsafe-pointer") { Description = "Also on a store that does not honour conditional writes." };
        foreach (var option in new[] { dryRun, yes, allowUnsafePointer }) command.Add(option);
        CommandRun.Bind(command, shared, terminal, (run, cancellationToken) => run.WithStoreAsync(async store =>
        {
            var plan = await store.PlanRollbackAsync(selector.Of(run.Parsed), cancellationToken).ConfigureAwait(false);
            if (run.Parsed.GetValue(dryRun) || plan.IsNoOp)
            {
                run.Write(new RollbackOutput(plan, changed: false, run.Parsed.GetValue(dryRun)));
                return 0;
            }
            if (terminal.CanAsk && !run.Parsed.GetValue(yes) && !await ConfirmAsync(terminal, plan.From, plan.To, cancellationToken).ConfigureAwait(false))
            {
                run.Write(new RollbackOutput(plan, changed: false, isDryRun: false));
                return 1;
            }
            var result = await store.RollbackAsync(plan, run.Parsed.GetValue(allowUnsafePointer), cancellationToken).ConfigureAwait(false);
            run.Write(new RollbackOutput(plan, result.Changed, isDryRun: false));
            return 0;
        }));
        return command;
    }

    static Task<bool> ConfirmAsync(Terminal terminal, string? from, string to, CancellationToken cancellationToken) =>
        new ConfirmationPrompt(Markup.Escape($"Move _CURRENT from run '{from}' to run '{to}'?")) { DefaultValue = false }.ShowAsync(terminal.Messages(), cancellationToken);
}
