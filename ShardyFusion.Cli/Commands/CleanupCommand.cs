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
        var command = new Command("cleanup", "Deletes snapshots that nobody needs any more, and what failed and dead runs left.");
        var defaults = new CleanupPolicy();
        var keepLast = new Option<int>("--keep-last")
        {
            Description = $"Keep the newest this many, and as many from the current one back. Default: {defaults.KeepLast}.",
            HelpName = "n",
            DefaultValueFactory = _ => defaults.KeepLast,
        };
        var olderThan = DurationOption.Create("--older-than", "Only snapshots published longer ago.");
        var grace = DurationOption.Create("--grace", "Nothing younger, and nothing that was current within this time. Default: 1d.");
        var stagedGrace = DurationOption.Create("--staged-grace", "Keep what is newer than the current one this long. Default: 7d.");
        var runAge = DurationOption.Create("--run-record-age", "Keep records of runs without a snapshot this long. Default: 30d.");
        var eventAge = DurationOption.Create("--event-age", "Keep events of pointer changes this long. Default: 90d.");
        var planFile = new Option<string?>("--plan")
        {
            Description = "Carry out this saved plan; refused when any of it is protected by now.",
            HelpName = "file",
        };
        var saveFile = new Option<string?>("--save-plan") { Description = "With --dry-run: also save the plan.", HelpName = "file" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be deleted and why; change nothing." };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask; needed where nobody can answer." };
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
                    throw new ShardyFusionException(ErrorKind.ConfigValidation, "What a cleanup deletes is gone for ever.")
                    {
                        RecommendedAction = "Look at it with --dry-run, then give --yes.",
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
            Format.Plain($"Delete {Format.Count(plan.ObjectCount)} objects, {Format.Bytes(plan.Bytes)}, for ever?"))
        {
            DefaultValue =
            false
        }.ShowAsync(terminal.Messages(), cancellationToken);
}
