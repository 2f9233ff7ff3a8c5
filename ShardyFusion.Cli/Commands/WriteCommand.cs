using System.CommandLine;
using ShardyFusion.Building.Input;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Snapshots;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy write</summary>
internal static class WriteCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("write", "Builds a snapshot from files of rows and publishes it.");
        var write = new WriteOptions(command);
        CommandRun.Bind(command, shared, terminal, (run, cancellationToken) => run.WithStoreAsync(async store =>
        {
            var options = write.BuildOf(run.Parsed);
            var inputs = write.InputsOf(run.Parsed);
            if (write.IsDryRun(run.Parsed))
            {
                var plan = await store.PlanBuildAsync(options, cancellationToken).ConfigureAwait(false);
                run.Write(new PlanOutput(plan, [.. inputs.Select(i => i.Name)]));
                return 0;
            }
            var result = await BuildProgressLine.ShowAsync(terminal, progress => BuildAsync(store, options, inputs, progress, cancellationToken)).ConfigureAwait(false);
            run.Write(new WriteOutput(result));
            return 0;
        }));
        return command;
    }

    static async Task<BuildResult> BuildAsync(
        SnapshotStore store, BuildOptions options, IReadOnlyList<InputFile> inputs, IProgress<BuildProgress>? progress, CancellationToken cancellationToken)
    {
        var build = await store.StartBuildAsync(options, progress, cancellationToken).ConfigureAwait(false);
        // Left before it is complete, for whatever reason, the build is abandoned here.
        await using var disposeBuild = build.ConfigureAwait(false);
        foreach (var input in inputs) await build.AddFileAsync(input, cancellationToken).ConfigureAwait(false);
        return await build.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }
}
