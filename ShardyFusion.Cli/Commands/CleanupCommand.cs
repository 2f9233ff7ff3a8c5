using System.CommandLine;
using ShardyFusion.Cleaning;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Errors;
using ShardyFusion.LocalFiles;
using Spectre.Console;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy cleanup</summary>
static class CleanupCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("cleanup", "Deletes snapshots that are no longer needed, and what failed and dead runs left behind.");
        var defaults = new CleanupPolicy();
        var keepLast = new Option<int>("--keep-last")
        {
            Description =
                $"Keep this many of the newest snapshots, and as many counted back from the current one. Default: {defaults.KeepLast}.",
            HelpName = "n",
            DefaultValueFactory = _ => defaults.KeepLast,
        };
        var olderThan = DurationOption.Create("--older-than", "Delete only snapshots published longer ago than this.");
        var grace = DurationOption.Create("--grace",
            "Keep everything younger than this, and every snapshot that was current within this time. Default: 1d.");
        var stagedGrace = DurationOption.Create("--staged-grace", "Keep what is newer than the current one this long. Default: 7d.");
        var runAge = DurationOption.Create("--run-record-age", "Keep records of runs without a snapshot this long. Default: 30d.");
        var eventAge = DurationOption.Create("--event-age", "Keep events of pointer changes this long. Default: 90d.");
        var planFile = new Option<string?>("--plan")
        {
            Description = "Carry out this saved plan. Refused if anything in it is protected by now.",
            HelpName = "file",
        };
        var saveFile = new Option<string?>("--save-plan") { Description = "With --dry-run: also save the plan.", HelpName = "file" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show what would be deleted and why, without changing anything." };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask for confirmation; required when there is no terminal." };
        foreach (var option in new Option[] { keepLast, olderThan, grace, stagedGrace, runAge, eventAge, planFile, saveFile, dryRun, yes })
            command.Add(option);
        CommandRun.Bind(command, shared, terminal, (run, cancellationToken) => run.WithStoreAsync(async store =>
        {
            var saved = run.Parsed.GetValue(planFile);
            OutputFile.RequireWritable(run.Parsed.GetValue(saveFile));
            var plan = saved is not null ? CleanupPlan.FromJson(await File.ReadAllTextAsync(saved, cancellationToken).ConfigureAwait(false),
                saved)
                : await store.PlanCleanupAsync(new CleanupPolicy
                {
                    KeepLast = run.Parsed.GetValue(keepLast),
                    OlderThan = run.Parsed.GetValue(olderThan),
                    Grace = run.Parsed.GetValue(grace) ?? defaults.Grace,
                    StagedGrace = run.Parsed.GetValue(stagedGrace) ?? defaults.StagedGrace,
                    RunRecordAge = run.Parsed.GetValue(runAge) ?? defaults.RunRecordAge,
                    EventAge = run.Parsed.GetValue(eventAge) ?? defaults.EventAge,
                }, cancellationToken).ConfigureAwait(false);
            if (run.Parsed.GetValue(saveFile) is { } path) await plan.SaveAsync(path, cancellationToken).ConfigureAwait(false);
            if (run.Parsed.GetValue(dryRun) || plan.Items.Count == 0)
            {
                run.Write(new CleanupOutput(plan, null, run.Parsed.GetValue(dryRun)));
                return 0;
            }
            if (!run.Parsed.GetValue(yes))
            {
                if (!terminal.CanAsk)
                    throw new ShardyFusionException(ErrorKind.ConfigValidation, "A cleanup deletes permanently.")
                    {
                        RecommendedAction = "Look at the plan with --dry-run, then repeat the command with --yes.",
                    };
                if (!await ConfirmAsync(terminal, plan, cancellationToken).ConfigureAwait(false))
                {
                    run.Write(new CleanupOutput(plan, null, isDryRun: false));
                    return 1;
                }
            }
            var result = await store.CleanUpAsync(plan, isSaved: saved is not null, cancellationToken).ConfigureAwait(false);
            run.Write(new CleanupOutput(plan, result, isDryRun: false));
            return result.Failures.Count == 0 ? 0 : 1;
        }));
        return command;
    }

    static Task<bool> ConfirmAsync(Terminal terminal, CleanupPlan plan, CancellationToken cancellationToken) =>
        new ConfirmationPrompt(
            Format.Plain($"Delete {Format.Count(plan.ObjectCount)} objects, {Format.Bytes(plan.Bytes)}, forever?"))
        {
            DefaultValue =
            false
        }.ShowAsync(terminal.Messages(), cancellationToken);
}
