using ShardyFusion.Errors;
using ShardyFusion.Maintenance;
using ShardyFusion.Telemetry;

namespace ShardyFusion;

public sealed partial class SnapshotStore
{
    /// <summary>Checks that a snapshot is whole. Writes nothing.</summary>
    /// <param name="options">Which one, and how closely.</param>
    /// <param name="progress">Told after each shard, from any thread; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>What is wrong with it; a damaged shard does not hide the state of the others.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>, <see cref="ErrorKind.NoSnapshot"/>,
    /// <see cref="ErrorKind.SnapshotNotFound"/>, <see cref="ErrorKind.ManifestParse"/> (without a manifest there is nothing to compare
    /// with), or a failure of the store, which says nothing about the snapshot.</exception>
    public async Task<VerifyReport> VerifyAsync(VerifyOptions options, IProgress<ShardProgress>? progress,
        CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } faults)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(' ', faults));
        var loaded = await LoadAsync(options.Selector, cancellationToken).ConfigureAwait(false);
        return await new SnapshotVerification(store, loaded, options, progress, timeProvider).RunAsync(cancellationToken)
            .ConfigureAwait(false);
    }
}
