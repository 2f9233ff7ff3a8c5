using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Publishing;
using ShardyFusion.Reading;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Stores;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Maintenance;

/// <summary>Copies the snapshots of a prefix to others.</summary>
sealed class SnapshotCopier(StoreContext context)
{
    readonly IObjectStore store = context.Store;
    readonly TimeProvider clock = context.Clock;

    /// <summary>Copies a snapshot to another prefix, on whatever kind of store. Every shard is verified by its hash; the refs in the
    /// manifest name the new place.</summary>
    /// <param name="destination">The other prefix.</param>
    /// <param name="options">Which snapshot, and how.</param>
    /// <param name="progress">Told after each shard, from any thread; null for nobody. Not told when rows are written anew.</param>
    /// <param name="cancellationToken">Cancels the requests. What is copied stays, and the next copy goes on from there.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/> (an option, or the same prefix),
    /// <see cref="ErrorKind.NoSnapshot"/>, <see cref="ErrorKind.SnapshotNotFound"/>, <see cref="ErrorKind.ManifestParse"/>,
    /// <see cref="ErrorKind.SnapshotIncomplete"/>, <see cref="ErrorKind.ShardCorrupt"/> (the snapshot is damaged, or of another format),
    /// <see cref="ErrorKind.ShardWrite"/> and <see cref="ErrorKind.PublishManifest"/> (other content is there already),
    /// <see cref="ErrorKind.RunNotFound"/> (a cleanup is deleting what is there of that run), <see cref="ErrorKind.BuildStopped"/>, what a
    /// build and a publish throw, or a failure of a store.</exception>
    public async Task<CopyResult> CopyAsync(StoreContext destination, CopyOptions options, IProgress<ShardProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } faults)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(' ', faults));
        var started = clock.GetTimestamp();
        var loaded = await context.Catalog.LoadAsync(options.Selector, cancellationToken).ConfigureAwait(false);
        if (!loaded.Manifest.MayHaveReadableShards()) throw ShardFormats.Unreadable(loaded.Manifest, loaded.Ref);
        if (options.Reshard is { } build)
            return await ReshardAsync(destination, loaded, options, build, cancellationToken).ConfigureAwait(false) with
            {
                Duration = clock.GetElapsedTime(started),
            };
        if (loaded.Manifest.HasFolderShards()) throw NoFolderCopies(loaded);
        if (store.Root == destination.Store.Root)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, $"'{store.Root}' is both source and destination.")
            {
                Target = store.Root,
                RecommendedAction = "Name another prefix; within one prefix, rewrite the rows with another number of shards.",
            };
        var result = await new SnapshotCopy(new PlacedSnapshot(store, loaded), destination.Store, options, progress, clock)
            .RunAsync(cancellationToken).ConfigureAwait(false);
        if (options.Publish)
        {
            var promotion = new SnapshotPromotion(destination);
            var plan = await promotion.PlanAsync(new SnapshotSelector { Ref = result.ManifestRef }, options.Rules,
                cancellationToken).ConfigureAwait(false);
            var published = await promotion.PublishAsync(plan, options.Rules, options.AllowUnsafePointer, cancellationToken)
                .ConfigureAwait(false);
            result = result with { Pointer = published.Pointer };
        }
        return result with { Duration = clock.GetElapsedTime(started) };
    }

    // Databases have no hash that would tell whether a copy is whole, and their files name each other's places.
    static ShardyFusionException NoFolderCopies(LoadedManifest loaded) => new(ErrorKind.ShardUnsupported,
        $"The shards of snapshot '{loaded.Manifest.Required.RunId}' are databases of shardyfusion, which are not copied as they are.")
    {
        Target = loaded.Ref,
        RecommendedAction = "Name a number of shards: then their rows are written anew, in the format of this tool.",
    };

    /// <summary>A build whose rows are those of a snapshot.</summary>
    async Task<CopyResult> ReshardAsync(StoreContext destination, LoadedManifest loaded, CopyOptions options, BuildOptions build,
        CancellationToken cancellationToken)
    {
        var required = loaded.Manifest.Required;
        var rebuild = await new BuildRunner(destination).StartAsync(build with
        {
            KeyEncoding = required.KeyEncoding,
            // Bytes are what a read gives back where nobody knows.
            ValueEncoding = required.ValueEncoding ?? ValueEncoding.Raw,
            DuplicateKey = DuplicateKeyPolicy.Fail,
            AllowEmpty = true,
            Message = build.Message ?? loaded.Manifest.Message(),
            CustomFields = GuardRecords.Without(loaded.Manifest.Custom),
            Publish = options.Publish,
            Rules = options.Rules,
            AllowUnsafePointer = options.AllowUnsafePointer,
        }, null, cancellationToken).ConfigureAwait(false);
        await using var endBuild = rebuild.ConfigureAwait(false);
        var rows = new SnapshotRows(store, loaded.Manifest);
        await rebuild.AddStoredAsync(loaded.Manifest.Shards, (shard, token) => rows.ReadAsync([shard], KeyRange.All,
            SnapshotRows.MemoryBytes, token), cancellationToken).ConfigureAwait(false);
        var built = await rebuild.CompleteAsync(cancellationToken).ConfigureAwait(false);
        return new CopyResult
        {
            Prefix = built.Prefix,
            FromRef = loaded.Ref,
            RunId = built.RunId,
            ManifestRef = built.ManifestRef,
            ShardCount = built.ShardCount,
            RowCount = built.RowsWritten,
            ShardsCopied = built.Shards.Count,
            BytesCopied = built.ShardBytes,
            Pointer = built.Published ? built.Pointer : null,
            Duration = TimeSpan.Zero,
        };
    }
}
