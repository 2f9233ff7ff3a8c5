using ShardyFusion.Errors;
using ShardyFusion.Reading;

namespace ShardyFusion.Snapshots;

public sealed partial class SnapshotStore
{
    /// <summary>Opens a reader: two requests, pointer and manifest; shards are opened when they are first used.</summary>
    /// <param name="options">Which snapshot, and how to read it.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>A reader that the caller closes. When the current manifest cannot be read, an older one is: see <see cref="SnapshotReader.FallbackReason"/>.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.NoSnapshot"/>, <see cref="ErrorKind.SnapshotNotFound"/>,
    /// <see cref="ErrorKind.ManifestParse"/>, <see cref="ErrorKind.ConfigValidation"/>, or a failure of the store.</exception>
    public Task<SnapshotReader> OpenReaderAsync(ReaderOptions options, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        return SnapshotReader.OpenAsync(shared, store, options, timeProvider, cancellationToken);
    }

    /// <summary>Opens a reader on the current snapshot, checks it and closes it: see <see cref="SnapshotReader.CheckHealthAsync(HealthOptions, CancellationToken)"/>.</summary>
    /// <param name="options">What to look at.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <returns>Unhealthy with the failure's kind when no reader can be opened. Never throws but for cancellation and invalid options.</returns>
    public async Task<HealthReport> CheckHealthAsync(HealthOptions options, CancellationToken cancellationToken)
    {
        SnapshotReader.RequireValid(options);
        try
        {
            var reader = await OpenReaderAsync(new ReaderOptions(), cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
                return await reader.CheckHealthAsync(options, isJustOpened: true, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested && failure is not ShardyFusionException { Kind: ErrorKind.ConfigValidation })
        {
            var findings = new HealthFindings(store.Root);
            findings.Unhealthy(failure);
            return findings.Report(null, timeProvider.GetUtcNow());
        }
    }
}
