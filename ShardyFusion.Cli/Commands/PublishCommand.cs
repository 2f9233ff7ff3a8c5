using System.CommandLine;
using ShardyFusion.Building;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Formats;
using ShardyFusion.Publishing;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy publish</summary>
static class PublishCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("publish",
            "Publishes a snapshot that is staged, or current under another pointer, or made of shard files that something else wrote.");
        var shardFiles = new ShardFileOptions(command);
        var selector = new SelectorOptions(command, isRequired: true, instead: shardFiles.Location);
        var guards = new GuardOptions(command);
        var approvals = new ApprovalOptions(command,
            "Check that the snapshot is complete and show what would happen, without running checks or changing anything.");
        var ignoreBlock = new Option<bool>("--ignore-block") { Description = "Publish a blocked snapshot, too." };
        command.Add(ignoreBlock);
        CommandRun.Bind(command, shared, terminal, (run, cancellationToken) => run.WithStoreAsync(async store =>
        {
            var rules = guards.RulesOf(run.Parsed) with { IgnoreBlock = run.Parsed.GetValue(ignoreBlock) };
            var approval = approvals.Of(run);
            if (run.Parsed.GetValue(shardFiles.Location) is { } location)
            {
                var files = await store.FindShardFilesAsync(location, shared.ConnectionOf(run.Parsed), cancellationToken)
                    .ConfigureAwait(false);
                await using var closeFiles = files.ConfigureAwait(false);
                var options = shardFiles.BuildOf(run.Parsed, files) with
                {
                    RunId = selector.Of(run.Parsed).RunId,
                    Rules = rules,
                    AllowUnsafePointer = guards.AllowsUnsafePointer(run.Parsed),
                };
                return await BuildAsync(run, store, options, approval, cancellationToken).ConfigureAwait(false);
            }
            var plan = await store.PlanPublishAsync(selector.Of(run.Parsed), rules, cancellationToken).ConfigureAwait(false);
            var question = $"Move _{plan.Pointer} from run '{plan.From}' to run '{plan.To}'?";
            if (approval.IsDryRun || (!plan.IsNoOp && !await approval.AskAsync(question, cancellationToken).ConfigureAwait(false)))
            {
                run.Write(new PublishOutput(store.Prefix, plan, null, approval.IsDryRun));
                return approval.IsDryRun ? 0 : 1;
            }
            var result = await store.PublishAsync(plan, rules, guards.AllowsUnsafePointer(run.Parsed), cancellationToken)
                .ConfigureAwait(false);
            run.Write(new PublishOutput(store.Prefix, plan, result, isDryRun: false));
            return 0;
        }));
        return command;
    }

    /// <summary>Makes a snapshot of shard files: the same outputs as a build from rows has.</summary>
    static async Task<int> BuildAsync(CommandRun run, SnapshotStore store, BuildOptions options, Approval approval,
        CancellationToken cancellationToken)
    {
        var files = options.ShardFiles!;
        var publication = options.Publish ? $" and publish it to _{options.Rules.Pointer ?? SnapshotPaths.CurrentPointerName}" : "";
        var question = $"Make a snapshot of {files.Files.Count} files of {files.Location}{publication}?";
        if (approval.IsDryRun || !await approval.AskAsync(question, cancellationToken).ConfigureAwait(false))
        {
            run.Write(new PlanOutput(await store.PlanBuildAsync(options, cancellationToken).ConfigureAwait(false),
                [.. files.Files.Select(file => file.Key)]));
            return approval.IsDryRun ? 0 : 1;
        }
        run.Write(new WriteOutput(await BuildProgressLine.ShowAsync(run.Terminal, async progress =>
        {
            var build = await store.StartBuildAsync(options, progress, cancellationToken).ConfigureAwait(false);
            await using var abandonUnlessComplete = build.ConfigureAwait(false);
            return await build.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false)));
        return 0;
    }
}
