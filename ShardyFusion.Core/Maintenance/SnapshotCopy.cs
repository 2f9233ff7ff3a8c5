using System.Globalization;
using ShardyFusion.Building;
using ShardyFusion.Building.Shards;
using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Publishing;
using ShardyFusion.Reading;
using ShardyFusion.Runs;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Stores;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Maintenance;

/// <summary>One copy of a snapshot, shard by shard as they are: first the shards, then the manifest.</summary>
sealed class SnapshotCopy(PlacedSnapshot from, IObjectStore destination, CopyOptions options, IProgress<ShardProgress>? progress,
    TimeProvider clock)
{
    const int DefaultParallelism = 4;

    static readonly TimeSpan WrapUpTime = TimeSpan.FromSeconds(10);

    readonly IObjectStore source = from.Store;
    readonly LoadedManifest loaded = from.Loaded;
    readonly Manifest manifest = from.Loaded.Manifest;
    int shardsDone, copied, copiedByStore, skipped;
    long bytesCopied;

    public async Task<CopyResult> RunAsync(CancellationToken cancellationToken)
    {
        if (destination is IStoreMaintenance maintenance)
            await maintenance.CleanTempAsync(TimeSpan.FromSeconds(1), cancellationToken).ConfigureAwait(false);
        await StoreProbe.RequireConditionalWritesAsync(destination, options.AllowUnsafePointer, cancellationToken).ConfigureAwait(false);
        // Shards without a manifest look abandoned; a live run says that they are not. It needs no lock: nothing here can harm a build.
        var defaults = new BuildOptions();
        var settings = new RunSettings(Exclusive: false, defaults.LeaseDuration, defaults.HeartbeatInterval, defaults.StopPollInterval,
            $"Copy of {loaded.Ref}");
        var run = await RunSession.StartAsync(destination, manifest.Required.RunId, settings, clock, cancellationToken)
            .ConfigureAwait(false);
        await using var endRun = run.ConfigureAwait(false);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, run.Lost);
        try
        {
            // The run's record is there by now: a cleanup that begins later sees it, one that began before is seen here.
            await MoveRules.RequireNoRemovalAsync(destination, manifest.Required.RunId, clock.GetUtcNow(), stopping.Token)
                .ConfigureAwait(false);
            await CopyShardsAsync(stopping.Token).ConfigureAwait(false);
            var manifestRef = await WriteManifestAsync(stopping.Token).ConfigureAwait(false);
            run.Report(manifest.RowCount, bytesCopied, null);
            await NoteAsync(limit => run.SucceedAsync(manifestRef, limit), cancellationToken).ConfigureAwait(false);
            return new CopyResult
            {
                Prefix = destination.Root,
                FromRef = loaded.Ref,
                RunId = manifest.Required.RunId,
                ManifestRef = manifestRef,
                ShardCount = manifest.Required.NumDbs,
                RowCount = manifest.RowCount,
                ShardsCopied = copied,
                ShardsCopiedByStore = copiedByStore,
                ShardsSkipped = skipped,
                BytesCopied = bytesCopied,
                Duration = TimeSpan.Zero,
            };
        }
        catch (Exception e)
        {
            var cause = run.Lost.IsCancellationRequested ? run.LostError() : e;
            await NoteAsync(limit => run.FailAsync(cause, null, limit), cancellationToken).ConfigureAwait(false);
            if (cause != e) throw cause;
            throw;
        }
    }

    /// <summary>Notes down how the run ended. What became of the copy is more important than whether that can be noted; the lease ends by
    /// itself.</summary>
    async Task NoteAsync(Func<CancellationToken, Task> note, CancellationToken cancellationToken)
    {
        using var limit = new ShutdownTimeout(WrapUpTime, destination, cancellationToken);
        try
        {
            await note(limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ShardyFusionException or OperationCanceledException)
        {
        }
    }

    Task CopyShardsAsync(CancellationToken cancellationToken) => Parallel.ForEachAsync(manifest.Shards,
        new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism ?? DefaultParallelism, CancellationToken = cancellationToken },
        async (shard, token) =>
        {
            await CopyShardAsync(shard, token).ConfigureAwait(false);
            progress?.Report(new ShardProgress(Interlocked.Increment(ref shardsDone), manifest.Shards.Count, 0,
                Interlocked.Read(ref bytesCopied)));
        });

    async Task CopyShardAsync(ShardEntry shard, CancellationToken cancellationToken)
    {
        var name = SnapshotPaths.ToRef(source.Root, shard.ObjectKey);
        var size = (await source.HeadAsync(shard.ObjectKey, cancellationToken).ConfigureAwait(false))?.SizeBytes
            ?? throw Missing(name, null);
        if (shard.DbBytes is { } stated && stated != size)
            throw new ShardCorruptException(name, size,
                string.Create(CultureInfo.InvariantCulture, $"it has {size:N0} bytes where the manifest says {stated:N0}"));
        var file = new StoreShardSource(source, shard.ObjectKey, name, size, cause => Missing(name, cause));
        var expected = shard.Sha256 ?? await ShardStream.ReadAsync(file, null, cancellationToken).ConfigureAwait(false);
        if (await destination.HeadAsync(shard.ObjectKey, cancellationToken).ConfigureAwait(false) is { } there)
        {
            if (there.SizeBytes != size || await HashThereAsync(shard, size, cancellationToken).ConfigureAwait(false) != expected)
                throw OtherContent(shard);
            Interlocked.Increment(ref skipped);
            return;
        }
        if (destination is IServerCopy server && await server.TryCopyAsync(source, shard.ObjectKey, shard.ObjectKey, size,
            cancellationToken).ConfigureAwait(false))
        {
            await RequireCopiedAsync(shard, name, size, expected, cancellationToken).ConfigureAwait(false);
            Interlocked.Increment(ref copiedByStore);
        }
        else if (!await CarryAsync(shard, file, expected, cancellationToken).ConfigureAwait(false))
        {
            Interlocked.Increment(ref skipped);
            return;
        }
        Interlocked.Increment(ref copied);
        Interlocked.Add(ref bytesCopied, size);
    }

    /// <returns>False when another copy was faster.</returns>
    async Task<bool> CarryAsync(ShardEntry shard, StoreShardSource file, string expected, CancellationToken cancellationToken)
    {
        if (await ShardCopier.CarryAsync(file, expected, new ShardPlace(destination, shard.ObjectKey),
            hash => WrongHash(file.Name, hash, expected), cancellationToken).ConfigureAwait(false)) return true;
        return await HashThereAsync(shard, file.Length, cancellationToken).ConfigureAwait(false) == expected ? false
            : throw OtherContent(shard);
    }

    /// <summary>The store may have copied a damaged object faithfully; then the copy goes again.</summary>
    async Task RequireCopiedAsync(ShardEntry shard, string name, long size, string expected, CancellationToken cancellationToken)
    {
        var hash = await HashThereAsync(shard, size, cancellationToken).ConfigureAwait(false);
        if (hash == expected) return;
        await destination.DeleteAsync([shard.ObjectKey], cancellationToken).ConfigureAwait(false);
        throw WrongHash(name, hash, expected);
    }

    Task<string> HashThereAsync(ShardEntry shard, long size, CancellationToken cancellationToken)
    {
        var name = SnapshotPaths.ToRef(destination.Root, shard.ObjectKey);
        return ShardStream.ReadAsync(new StoreShardSource(destination, shard.ObjectKey, name, size, cause => Missing(name, cause)), null,
            cancellationToken);
    }

    async Task<string> WriteManifestAsync(CancellationToken cancellationToken)
    {
        // The same name: in the history of the destination the copy has the place of its time.
        var key = SnapshotCatalog.FolderOf(loaded.Key) is null ? SnapshotPaths.ManifestKey(manifest.Required.CreatedAt,
            manifest.Required.RunId) : loaded.Key;
        var moved = manifest with { Required = manifest.Required with { S3Prefix = destination.Root } };
        return (await new SnapshotPublication(destination, options.Rules, options.AllowUnsafePointer, clock).WriteManifestAsync(key, moved,
            cancellationToken).ConfigureAwait(false)).Ref;
    }

    ShardyFusionException Missing(string name, Exception? cause) =>
        new(ErrorKind.SnapshotIncomplete, $"Snapshot '{manifest.Required.RunId}' is incomplete: '{name}' is missing.", cause)
        {
            Target = name,
        };

    ShardyFusionException OtherContent(ShardEntry shard)
    {
        var name = SnapshotPaths.ToRef(destination.Root, shard.ObjectKey);
        return new(ErrorKind.ShardWrite,
            $"'{name}' already exists and has other content than shard {shard.DbId} of run '{manifest.Required.RunId}'; "
                + "shards are never overwritten.")
        {
            Target = name,
            RecommendedAction = "Copy to another prefix, or remove that object if no snapshot needs it.",
        };
    }

    static ShardCorruptException WrongHash(string name, string hash, string expected) =>
        new(name, 0, $"it has the SHA-256 {hash} where the manifest says {expected}");
}
