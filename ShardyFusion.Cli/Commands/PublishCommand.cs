using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Snapshots;
using Spectre.Console;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy publish</summary>
internal static class PublishCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("publish", "Publishes a snapshot that is staged, or current under another pointer; all its shards must be there.");
        var selector = new SelectorOptions(command, isRequired: true);
        var guards = new GuardOptions(command);
        var dryRun = new Option<bool>("--dry-run") { Description = "Check that the snapshot is whole and say what would happen; run no check, change nothing." };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask." };
        command.Add(dryRun);
        command.Add(yes);
        CommandRun.Bind(command, shared, terminal, (run, cancellationToken) => run.WithStoreAsync(async store =>
        {
            var rules = guards.RulesOf(run.Parsed);
            var plan = await store.PlanPublishAsync(selector.Of(run.Parsed), rules, cancellationToken).ConfigureAwait(false);
            var isDryRun = run.Parsed.GetValue(dryRun);
            if (isDryRun || (!plan.IsNoOp && terminal.CanAsk && !run.Parsed.GetValue(yes) && !await ConfirmAsync(terminal, plan, cancellationToken).ConfigureAwait(false)))
            {
                run.Write(new PublishOutput(store.Prefix, plan, null, isDryRun));
                return isDryRun ? 0 : 1;
            }
            var result = await store.PublishAsync(plan, rules, guards.AllowsUnsafePointer(run.Parsed), cancellationToken).ConfigureAwait(false);
            run.Write(new PublishOutput(store.Prefix, plan, result, isDryRun: false));
            return 0;
        }));
        return command;
    }

    static Task<bool> ConfirmAsync(Terminal terminal, PublishPlan plan, CancellationToken cancellationToken) =>
        new ConfirmationPrompt(Markup.Escape($"Move _{plan.Pointer} from run '{plan.From}' to run '{plan.To}'?")) { DefaultValue = false }.ShowAsync(terminal.Messages(), cancellationToken);
}
