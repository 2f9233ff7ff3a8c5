using System.Globalization;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Shards;
using ShardyFusion.Shards.SlateDb.Reading;
using ShardyFusion.Shards.Sqlite.Reading;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Stores;

namespace ShardyFusion.Reading;

/// <summary>Shards that are folders: databases of shardyfusion. The manifest does not say of which engine; the names of their files
/// do.</summary>
static class FolderShards
{
    /// <summary>Opens a shard: a listing, then what its engine needs.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.SnapshotIncomplete"/>: nothing is there, or a file lacks;
    /// <see cref="ErrorKind.ShardUnsupported"/>: it is no database that is read here; <see cref="ErrorKind.ShardCorrupt"/>; or a failure of
    /// the store.</exception>
    public static async Task<IDatabaseShard> OpenAsync(IObjectStore store, Manifest manifest, ShardEntry shard, BlockCache memory,
        CancellationToken cancellationToken)
    {
        var database = await FindAsync(store, manifest, shard, cancellationToken).ConfigureAwait(false);
        return await database.OpenAsync(memory, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Looks what is there, by one listing.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.SnapshotIncomplete"/>, <see cref="ErrorKind.ShardUnsupported"/>, or a
    /// failure of the store.</exception>
    public static async Task<IFoundDatabase> FindAsync(IObjectStore store, Manifest manifest, ShardEntry shard,
        CancellationToken cancellationToken)
    {
        var objects = new StoreShardFiles(store);
        var files = new SlateFiles(objects, shard.AttemptKey);
        var listing = await files.ListAsync(cancellationToken).ConfigureAwait(false);
        if (listing.IsDatabase)
            return new SlateDatabase(files, listing);
        if (listing.Others.TryGetValue(SqliteFile.Name, out var bytes))
        {
            var key = $"{shard.AttemptKey}/{SqliteFile.Name}";
            return new SqliteFile(RequireSize(shard, objects.Open(key, bytes, SqliteFile.Missing)), SidecarOf(store, key, listing));
        }
        throw listing.ObjectCount > 0 ? ShardFormats.Unreadable(manifest, files.Root)
            : new ShardyFusionException(ErrorKind.SnapshotIncomplete,
                $"Snapshot '{manifest.Required.RunId}' is incomplete: shard {shard.DbId} is missing ('{files.Root}').")
            { Target = files.Root };
    }

    // It saves requests, of which a local store has none.
    static SidecarFile? SidecarOf(IObjectStore store, string shardKey, SlateListing listing)
    {
        if (store.Capabilities.IsLocal || !listing.Others.TryGetValue(SidecarFile.Name, out var bytes))
            return null;
        var key = $"{shardKey[..shardKey.LastIndexOf('/')]}/{SidecarFile.Name}";
        return new SidecarFile(new StoreShardFiles(store).Open(key, bytes, SqliteFile.Missing),
            async token => (await store.HeadAsync(shardKey, token).ConfigureAwait(false))?.ETag);
    }

    static IShardSource RequireSize(ShardEntry shard, IShardSource file) => shard.DbBytes is not { } stated || stated == file.Length ? file
        : throw new ShardCorruptException(file.Name, file.Length, string.Create(CultureInfo.InvariantCulture,
            $"it has {file.Length:N0} bytes where the manifest says {stated:N0}"));

    /// <summary>A get from a database on a local disk.</summary>
    public static bool TryGet(IShard shard, scoped ReadOnlySpan<byte> storedKey, out ReadOnlySpan<byte> value) =>
        ((IDatabaseShard)shard).TryGet(storedKey, out value);

    /// <summary>Gets from a database on a local disk.</summary>
    public static void GetMany<TSink>(IShard shard, ReadOnlySpan<ReadOnlyMemory<byte>> keys, ReadOnlySpan<int> which, ref TSink sink)
        where TSink : IValueSink
    {
        foreach (var index in which)
            if (TryGet(shard, keys[index].Span, out var value))
                sink.OnValue(index, value);
    }
}
