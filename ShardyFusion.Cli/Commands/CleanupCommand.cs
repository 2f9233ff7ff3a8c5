using System.CommandLine;
using ShardyFusion.Cleaning;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Errors;
using ShardyFusion.LocalFiles;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy cleanup</summary>
static class CleanupCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("cleanup", "Deletes snapshots that are no longer needed, and what failed and dead runs left behind.");
        var policy = new CleanupArguments(command);
        var planFile = new Option<string?>("--plan")
        {
            Description = "Carry out this saved plan. Refused if anything in it is protected by now.",
            HelpName = "file",
        };
        var saveFile = new Option<string?>("--save-plan") { Description = "With --dry-run: also save the plan.", HelpName = "file" };
        command.Add(planFile);
        command.Add(saveFile);
        var approvals = new ApprovalOptions(command, "Show what would be deleted and why, without changing anything.",
            "Do not ask for confirmation; required when there is no terminal.");
        CommandRun.Bind(command, shared, terminal, (run, cancellationToken) => run.WithStoreAsync(async store =>
        {
            var saved = run.Parsed.GetValue(planFile);
            OutputFile.RequireWritable(run.Parsed.GetValue(saveFile));
            var plan = saved is null ? await store.PlanCleanupAsync(policy.PolicyOf(run.Parsed), cancellationToken).ConfigureAwait(false)
                : CleanupPlan.FromJson(await File.ReadAllTextAsync(saved, cancellationToken).ConfigureAwait(false), saved);
            if (run.Parsed.GetValue(saveFile) is { } path) await plan.SaveAsync(path, cancellationToken).ConfigureAwait(false);
            var approval = approvals.Of(run);
            if (approval.IsDryRun || plan.Items.Count == 0)
            {
                run.Write(new CleanupOutput(plan, null, approval.IsDryRun));
                return 0;
            }
            RequireAnswer(approval);
            var question = $"Delete {Format.Count(plan.ObjectCount)} objects, {Format.Bytes(plan.Bytes)}, forever?";
            if (!await approval.AskAsync(question, cancellationToken).ConfigureAwait(false))
            {
                run.Write(new CleanupOutput(plan, null, isDryRun: false));
                return 1;
            }
            var result = await store.CleanUpAsync(plan, isSaved: saved is not null, cancellationToken).ConfigureAwait(false);
            run.Write(new CleanupOutput(plan, result, isDryRun: false));
            return result.Failures.Count == 0 ? 0 : 1;
        }));
        return command;
    }

    static void RequireAnswer(Approval approval)
    {
        if (approval.IsConfirmed || approval.Terminal.CanAsk) return;
        throw new ShardyFusionException(ErrorKind.ConfigValidation, "A cleanup deletes permanently.")
        {
            RecommendedAction = "Look at the plan with --dry-run, then repeat the command with --yes.",
        };
    }
}
