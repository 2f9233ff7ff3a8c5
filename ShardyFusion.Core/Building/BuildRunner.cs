using ShardyFusion.Building.Input;
using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Runs;

namespace ShardyFusion.Building;

/// <summary>Starts builds on a prefix.</summary>
sealed class BuildRunner(StoreContext context)
{
    /// <summary>Starts a build: takes the prefix's build lock and writes the run record.</summary>
    /// <param name="options">How to build and publish.</param>
    /// <param name="progress">Told a few times a second, from any thread; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the build at any time, also after this method returned.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/> naming every invalid option;
    /// <see cref="ErrorKind.BuildInProgress"/> naming the live run; or a failure of the store.</exception>
    public async Task<SnapshotBuild> StartAsync(BuildOptions options, IProgress<BuildProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        // The beginning of a run id will do.
        if (options.ResumeRunId is { } given && await new RunRegistry(context.Store).FindAsync(given, cancellationToken)
            .ConfigureAwait(false) is [var found, ..]) options = options with { ResumeRunId = found.RunId };
        return await SnapshotBuild.StartAsync(context.Store, options, progress, context.Clock, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Builds a snapshot from files, from start to end.</summary>
    /// <param name="options">How to build and publish.</param>
    /// <param name="inputs">The rows, file after file.</param>
    /// <param name="progress">Told a few times a second, from any thread; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the build.</param>
    /// <exception cref="ShardyFusionException">As <see cref="StartAsync"/>, <see cref="SnapshotBuild.AddFileAsync"/> and
    /// <see cref="SnapshotBuild.CompleteAsync"/>.</exception>
    public async Task<BuildResult> RunAsync(BuildOptions options, IReadOnlyList<InputFile> inputs, IProgress<BuildProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        foreach (var input in inputs) input.ThrowIfInvalid();
        var build = await StartAsync(options, progress, cancellationToken).ConfigureAwait(false);
        // Left before it is complete, for whatever reason, the build is abandoned here.
        await using var disposeBuild = build.ConfigureAwait(false);
        foreach (var input in inputs) await build.AddFileAsync(input, cancellationToken).ConfigureAwait(false);
        return await build.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }
}
