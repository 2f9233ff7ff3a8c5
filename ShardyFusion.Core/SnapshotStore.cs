using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Reading;
using ShardyFusion.Stores;

namespace ShardyFusion;

/// <summary>One snapshot prefix: its builds, its history, its readers.</summary>
/// <remarks>Safe for concurrent callers. Readers stay usable after this object is disposed.</remarks>
public sealed partial class SnapshotStore : IAsyncDisposable
{
    readonly SharedStore shared;
    readonly IObjectStore store;
    readonly TimeProvider timeProvider;
    readonly SnapshotCatalog catalog;
    int disposed;

    internal SnapshotStore(IObjectStore store, TimeProvider? timeProvider = null)
    {
        this.store = store;
        this.timeProvider = timeProvider ?? store.Clock;
        shared = new SharedStore(store);
        catalog = new SnapshotCatalog(store);
    }

    /// <summary>Opens a prefix. Sends no request; whether it holds a snapshot shows at the first use.</summary>
    /// <param name="prefix"><c>s3://bucket/path</c>, <c>file:///dir</c> or a local path.</param>
    /// <param name="connection">How to reach a remote store; null for the defaults.</param>
    /// <param name="timeProvider">Clock for ages, leases and timestamps; null for the store's, as far as its answers show it.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/> naming what is wrong with the prefix or the
    /// connection.</exception>
    public static SnapshotStore Open(string prefix, StoreConnection? connection = null, TimeProvider? timeProvider = null) =>
        new(ObjectStores.Open(prefix, connection), timeProvider);

    /// <summary>The prefix as an absolute URI without a trailing slash.</summary>
    public string Prefix => store.Root;

    /// <summary>Where it is and how it is reached, with the source of the credentials but no secret; for people.</summary>
    public string Description => store.Description;

    /// <summary>Requests and bytes since it was opened, those of its readers included.</summary>
    public StoreCounters Counters => store.Counters;

    /// <summary>Describes one snapshot.</summary>
    /// <param name="selector">Which one.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.NoSnapshot"/>, <see cref="ErrorKind.SnapshotNotFound"/>,
    /// <see cref="ErrorKind.ManifestParse"/>, <see cref="ErrorKind.ConfigValidation"/> (a selector that names two things), or a failure of
    /// the store.</exception>
    public async Task<SnapshotInfo> GetInfoAsync(SnapshotSelector selector, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        var loaded = await LoadAsync(selector, cancellationToken).ConfigureAwait(false);
        return loaded.Manifest.ToInfo(loaded.Ref, store.Root);
    }

    async Task<LoadedManifest> LoadAsync(SnapshotSelector selector, CancellationToken cancellationToken)
    {
        if (selector.FollowedPointer is { } pointerKey)
            return await catalog.LoadManifestAsync(await catalog.RequirePointerAsync(pointerKey, cancellationToken).ConfigureAwait(false),
                cancellationToken).ConfigureAwait(false);
        var key = await catalog.ResolveAsync(selector, null, cancellationToken).ConfigureAwait(false);
        return await catalog.LoadManifestAsync(key, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends one request that needs read access, so that a wrong address or credential shows now and not later.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.StorageDenied"/>, <see cref="ErrorKind.StorageNotFound"/> (no such
    /// bucket), <see cref="ErrorKind.StorageTransient"/>. A folder that does not exist yet is no failure.</exception>
    public async Task CheckAccessAsync(CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        try
        {
            await store.HeadAsync(SnapshotPaths.CurrentKey, cancellationToken).ConfigureAwait(false);
        }
        catch (ShardyFusionException e) when (e.Kind == ErrorKind.StorageNotFound && store.Capabilities.IsLocal)
        {
            // The first publish creates it.
        }
    }

    /// <summary>Tries with throw-away objects what a publishing store must be able to do, see <see cref="StoreProbe"/>.</summary>
    /// <exception cref="ShardyFusionException">The store cannot be reached at all.</exception>
    public Task<IReadOnlyList<StoreProbeResult>> ProbeAsync(CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        return StoreProbe.RunAsync(store, cancellationToken);
    }

    /// <summary>Lets go of the store; connections close when the last of its readers is closed too.</summary>
    public ValueTask DisposeAsync() =>
        Interlocked.Exchange(ref disposed, 1) == 0 ? shared.ReleaseAsync() : ValueTask.CompletedTask;

    void ThrowIfDisposed()
    {
        if (Volatile.Read(ref disposed) != 0)
            throw new ShardyFusionException(ErrorKind.ReaderState, $"The store '{store.Root}' is closed.")
            {
                Target = store.Root,
                RecommendedAction = "Open the store again.",
            };
    }
}
