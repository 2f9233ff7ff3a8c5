using ShardyFusion.Catalog;
using ShardyFusion.Errors;

namespace ShardyFusion.Reading;

/// <summary>Opens the readers of a prefix.</summary>
sealed class ReaderOpener(SharedStore shared, StoreContext context)
{
    /// <summary>Opens a reader: two requests, pointer and manifest; shards are opened when they are first used.</summary>
    /// <param name="options">Which snapshot, and how to read it.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>A reader that the caller closes. When the current manifest cannot be read, an older one is: see
    /// <see cref="SnapshotReader.FallbackReason"/>.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.NoSnapshot"/>, <see cref="ErrorKind.SnapshotNotFound"/>,
    /// <see cref="ErrorKind.ManifestParse"/>, <see cref="ErrorKind.ConfigValidation"/>, or a failure of the store.</exception>
    public async Task<SnapshotReader> OpenAsync(ReaderOptions options, CancellationToken cancellationToken)
    {
        ReaderOptions.RequireValid(options);
        shared.AddOwner();
        try
        {
            var reading = new ReaderContext(shared, context.Store, options, context.Clock);
            var (loaded, fallbackReason, pointer) = await SnapshotOpening.LoadAsync(reading.Catalog, options.Selector, options.MaxFallbacks,
                cancellationToken).ConfigureAwait(false);
            reading.LastPointer = pointer;
            return new SnapshotReader(reading, loaded, fallbackReason);
        }
        finally
        {
            await shared.ReleaseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Opens a snapshot whose manifest may not be written yet. Sends no request.</summary>
    public SnapshotReader OpenStaged(LoadedManifest staged) =>
        new(new ReaderContext(shared, context.Store, new ReaderOptions { Selector = new SnapshotSelector { Ref = staged.Ref } },
            context.Clock), staged, null);
}
