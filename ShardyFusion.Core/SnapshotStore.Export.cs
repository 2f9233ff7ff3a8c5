using ShardyFusion.Errors;
using ShardyFusion.Maintenance;

namespace ShardyFusion;

public sealed partial class SnapshotStore
{
    /// <summary>Opens rows of one snapshot for passes in key order. Reads no shard yet.</summary>
    /// <param name="options">Which snapshot, and which rows.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>, <see cref="ErrorKind.ShardAssignment"/> (a bound
    /// that is no key of the snapshot), <see cref="ErrorKind.NoSnapshot"/>, <see cref="ErrorKind.SnapshotNotFound"/>,
    /// <see cref="ErrorKind.ManifestParse"/>, or a failure of the store.</exception>
    public async Task<SnapshotExport> OpenExportAsync(ExportOptions options, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } faults)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(' ', faults));
        return new SnapshotExport(store, await LoadAsync(options.Selector, cancellationToken).ConfigureAwait(false), options, timeProvider);
    }
}
