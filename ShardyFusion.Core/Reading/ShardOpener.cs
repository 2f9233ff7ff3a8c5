using System.Globalization;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Shards;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Stores;

namespace ShardyFusion.Reading;

/// <summary>How the shards of a snapshot are reached.</summary>
enum ShardAccess
{
    /// <summary>The store is a local disk: mapped where they lie.</summary>
    Mapped,
    /// <summary>Ranged reads.</summary>
    Ranged,
    /// <summary>Copied to the local cache, then mapped.</summary>
    Downloaded,
}

/// <summary>Opens the shards of one snapshot. Immutable; safe for concurrent callers.</summary>
sealed class ShardOpener
{
    readonly IObjectStore store;
    readonly Manifest manifest;
    readonly ShardFileCache? downloads;

    /// <param name="store">Where they lie.</param>
    /// <param name="manifest">The snapshot.</param>
    /// <param name="options">How to read them.</param>
    public ShardOpener(IObjectStore store, Manifest manifest, ReaderOptions options)
    {
        this.store = store;
        this.manifest = manifest;
        Memory = options.Memory ?? SharedBlockCache.Instance;
        Access = options.Mode switch
        {
            // A database is a folder of files, of which a get needs few.
            _ when manifest.HasFolderShards() => ShardAccess.Ranged,
            ReadMode.Range => ShardAccess.Ranged,
            _ when store.Capabilities.IsLocal => ShardAccess.Mapped,
            ReadMode.Download => ShardAccess.Downloaded,
            _ => ShardAccess.Ranged,
        };
        if (Access == ShardAccess.Downloaded)
            downloads = new ShardFileCache(options.CacheDirectory, options.CacheBytes);
    }

    /// <summary>Holds their blocks and bounds their metadata.</summary>
    public BlockCache Memory { get; }

    /// <summary>How they are reached.</summary>
    public ShardAccess Access { get; }

    /// <summary>How this shard is reached: one that the local cache cannot hold is read by ranges.</summary>
    public ShardAccess AccessTo(ShardEntry entry) => downloads is not null && !downloads.CanHold(entry) ? ShardAccess.Ranged : Access;

    /// <summary>Maps a shard of a local store.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.SnapshotIncomplete"/>: it is gone;
    /// <see cref="ErrorKind.ShardCorrupt"/>; <see cref="ErrorKind.ReaderState"/>: it is not local.</exception>
    public MappedShard OpenMapped(ShardEntry entry)
    {
        RequireReadable(entry);
        if (downloads?.TryOpenChecked(entry, path => Map(entry, path)) is { } copy)
            return copy;
        if (Access != ShardAccess.Mapped)
            throw NotOpen(entry);
        return Map(entry, store.LocalPath(entry.ObjectKey)!);
    }

    MappedShard Map(ShardEntry entry, string path)
    {
        try
        {
            var shard = MappedShard.Open(path, new SstReadOptions(Memory: Memory));
            try
            {
                RequireRowCount(entry, path, shard.RowCount);
                if (entry.DbBytes is { } stated && stated != shard.FileBytes)
                    throw new ShardCorruptException(path, shard.FileBytes, string.Create(CultureInfo.InvariantCulture,
                        $"it has {shard.FileBytes:N0} bytes where the manifest says {stated:N0}"));
                return shard;
            }
            catch
            {
                shard.Dispose();
                throw;
            }
        }
        catch (ShardyFusionException gone) when (gone.Kind == ErrorKind.StorageNotFound)
        {
            throw Missing(entry, gone);
        }
    }

    /// <summary>Opens a shard for ranged reads: one request when the manifest states size and tail.</summary>
    public async Task<IShard> OpenRangedAsync(ShardEntry entry, long id, CancellationToken cancellationToken)
    {
        if (manifest.HasFolderShards())
            return await FolderShards.OpenAsync(store, manifest, entry, Memory, cancellationToken).ConfigureAwait(false);
        RequireReadable(entry);
        var bytes = entry.DbBytes ?? (await store.HeadAsync(entry.ObjectKey, cancellationToken).ConfigureAwait(false))?.SizeBytes
            ?? throw Missing(entry, null);
        var source = SourceOf(entry, bytes);
        var shard = await RemoteShard.OpenAsync(source, entry.TailOffset, bytes, new CacheShare(Memory, id), cancellationToken)
            .ConfigureAwait(false);
        RequireRowCount(entry, source.Name, shard.RowCount);
        return shard;
    }

    /// <summary>Copies a shard to the local cache, unless it is there, and maps it.</summary>
    public async Task<MappedShard> OpenDownloadedAsync(ShardEntry entry, CancellationToken cancellationToken)
    {
        RequireReadable(entry);
        return await downloads!.OpenAsync(entry, SourceOf(entry, entry.DbBytes!.Value), path => Map(entry, path), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Copies a shard of which the manifest states size and hash to a file, and maps that.</summary>
    /// <param name="entry">The shard.</param>
    /// <param name="path">The file, which must not exist.</param>
    /// <param name="cancellationToken">Cancels the download.</param>
    public async Task<MappedShard> OpenCopyAsync(ShardEntry entry, string path, CancellationToken cancellationToken)
    {
        RequireReadable(entry);
        await ShardDownload.RunAsync(SourceOf(entry, entry.DbBytes!.Value), entry.Sha256!, path, cancellationToken).ConfigureAwait(false);
        return Map(entry, path);
    }

    /// <summary>Asks whether a shard is there.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.SnapshotIncomplete"/>: it is gone; or a failure of the
    /// store.</exception>
    public async Task RequirePresentAsync(ShardEntry entry, CancellationToken cancellationToken)
    {
        if (manifest.HasFolderShards())
            await FolderShards.FindAsync(store, manifest, entry, cancellationToken).ConfigureAwait(false);
        else if (await store.HeadAsync(entry.ObjectKey, cancellationToken).ConfigureAwait(false) is null)
            throw Missing(entry, null);
    }

    /// <summary>Key of a shard's file or folder.</summary>
    public string KeyOf(ShardEntry entry) => manifest.KeyOf(entry);

    /// <summary>True when shards that are read by ranges can be read synchronously too.</summary>
    public bool IsFolderOnDisk => manifest.HasFolderShards() && store.Capabilities.IsLocal;

    /// <summary>Copies a shard to the local cache, if it is read from there; a good copy stays.</summary>
    /// <param name="entry">The shard.</param>
    /// <param name="pace">Stands between the copy and the store.</param>
    /// <param name="cancellationToken">Cancels the download.</param>
    public async Task FetchAsync(ShardEntry entry, Func<IShardSource, IShardSource> pace, CancellationToken cancellationToken)
    {
        if (AccessTo(entry) != ShardAccess.Downloaded)
            return;
        RequireReadable(entry);
        using var copy = await downloads!.OpenAsync(entry, pace(SourceOf(entry, entry.DbBytes!.Value)), path => Map(entry, path),
            cancellationToken).ConfigureAwait(false);
    }

    ShardyFusionException NotOpen(ShardEntry entry) => new(ErrorKind.ReaderState,
        $"Shard {entry.DbId} of snapshot '{manifest.Required.RunId}' is not open for synchronous reads.")
    {
        Target = RefOf(entry),
        RecommendedAction = manifest.HasFolderShards() ? "Use the asynchronous get."
            : "Use the asynchronous get, or open the reader's shards with the download mode first.",
    };

    StoreShardSource SourceOf(ShardEntry entry, long bytes) =>
        new(store, entry.ObjectKey, RefOf(entry), bytes, cause => Missing(entry, cause));

    string RefOf(ShardEntry entry) => SnapshotPaths.ToRef(store.Root, KeyOf(entry));

    void RequireReadable(ShardEntry entry)
    {
        if (!manifest.MayHaveReadableShards())
            throw ShardFormats.Unreadable(manifest, SnapshotPaths.ToRef(store.Root, entry.AttemptKey));
    }

    /// <summary>A whole, valid file of another shard or run would answer with other rows; its number of rows most often tells.</summary>
    static void RequireRowCount(ShardEntry entry, string file, long rowCount)
    {
        if (rowCount != entry.RowCount)
            throw new ShardCorruptException(file, 0,
                string.Create(CultureInfo.InvariantCulture,
                $"it holds {rowCount:N0} rows where the manifest says {entry.RowCount:N0} for shard {entry.DbId}"));
    }

    ShardyFusionException Missing(ShardEntry entry, Exception? cause) => new(ErrorKind.SnapshotIncomplete,
        $"Snapshot '{manifest.Required.RunId}' is incomplete: shard {entry.DbId} is missing ('{RefOf(entry)}').",
        cause)
    { Target = RefOf(entry) };
}
