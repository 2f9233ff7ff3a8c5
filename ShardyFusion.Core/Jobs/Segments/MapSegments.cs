using ShardyFusion.Building.Sorting;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Stores;

namespace ShardyFusion.Jobs.Segments;

/// <summary>The rows of some shards in the objects of all maps. Safe for concurrent callers.</summary>
sealed class MapSegments
{
    const int PieceBytes = 8 << 20;
    const int Parallelism = 8;

    readonly IObjectStore store;
    readonly IReadOnlyList<MapRecord> maps;
    readonly int firstShard;
    readonly SegmentEntry[][] entries;

    MapSegments(IObjectStore store, IReadOnlyList<MapRecord> maps, int firstShard, SegmentEntry[][] entries)
    {
        (this.store, this.maps, this.firstShard, this.entries) = (store, maps, firstShard, entries);
    }

    /// <summary>Reads where the rows of a range of shards lie: one request a map.</summary>
    /// <param name="store">The prefix.</param>
    /// <param name="maps">The winning attempts.</param>
    /// <param name="firstShard">First shard.</param>
    /// <param name="count">Shards.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardCorrupt"/>: an object is damaged.</exception>
    public static async Task<MapSegments> OpenAsync(IObjectStore store, IReadOnlyList<MapRecord> maps, int firstShard, int count,
        CancellationToken cancellationToken)
    {
        var entries = new SegmentEntry[maps.Count][];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, maps.Count, parallel, async (index, token) =>
            entries[index] = await ReadTableAsync(store, maps[index], firstShard, count, token).ConfigureAwait(false))
            .ConfigureAwait(false);
        return new MapSegments(store, maps, firstShard, entries);
    }

    /// <summary>Rows of a shard over all maps; each map has a key once, several may have the same.</summary>
    public long RowsOf(int dbId) => entries.Sum(map => map[dbId - firstShard].Rows);

    /// <summary>Bytes of a shard over all maps.</summary>
    public long BytesOf(int dbId) => entries.Sum(map => map[dbId - firstShard].Bytes);

    /// <summary>Fetches the rows of a shard.</summary>
    /// <param name="dbId">The shard.</param>
    /// <param name="spill">Where they go when they do not fit into memory.</param>
    /// <param name="memoryBytes">Memory for them.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>The rows, checked; to be disposed.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardCorrupt"/>: an object is damaged, or gone.</exception>
    public async Task<FetchedShard> FetchAsync(int dbId, SpillFolder spill, long memoryBytes, CancellationToken cancellationToken)
    {
        var fetched = new FetchedShard(dbId);
        var isInMemory = BytesOf(dbId) <= memoryBytes;
        try
        {
            var wanted = Enumerable.Range(0, maps.Count).Where(index => entries[index][dbId - firstShard].Rows > 0);
            await Parallel.ForEachAsync(wanted, new ParallelOptions
            {
                MaxDegreeOfParallelism = isInMemory ? Parallelism : 2,
                CancellationToken = cancellationToken,
            }, async (index, token) =>
            {
                if (isInMemory) fetched.Add(index, await ReadAsync(index, dbId, token).ConfigureAwait(false));
                else fetched.Add(index, await SpillAsync(index, dbId, spill, token).ConfigureAwait(false));
            }).ConfigureAwait(false);
            return fetched;
        }
        catch
        {
            fetched.Dispose();
            throw;
        }
    }

    static async Task<SegmentEntry[]> ReadTableAsync(IObjectStore store, MapRecord map, int firstShard, int count,
        CancellationToken cancellationToken)
    {
        var entries = new SegmentEntry[count];
        if (map.RowsKey is not { } key) return entries;
        var table = new byte[count * SegmentEntry.Size];
        var read = await RangeAsync(store, key, map.TableOffset + (long)firstShard * SegmentEntry.Size, table, cancellationToken)
            .ConfigureAwait(false);
        for (var i = 0; i < count; i++)
        {
            var bytes = table.AsSpan(i * SegmentEntry.Size, SegmentEntry.Size);
            if (read < table.Length || !SegmentEntry.TryRead(bytes, map.Map, firstShard + i, out entries[i])
                || entries[i].Offset < 0 || entries[i].Bytes < 0 || entries[i].Offset > map.TableOffset - entries[i].Bytes)
                throw Damaged(store, key, map.Map, $"its table is damaged at shard {firstShard + i}");
        }
        return entries;
    }

    async Task<byte[]> ReadAsync(int index, int dbId, CancellationToken cancellationToken)
    {
        var (map, entry) = (maps[index], entries[index][dbId - firstShard]);
        var bytes = new byte[entry.Bytes];
        var hash = new SegmentHash();
        await ReadPiecesAsync(new Place(map, entry, dbId), (at, length) => bytes.AsMemory(at, length), hash.Add, cancellationToken)
            .ConfigureAwait(false);
        RequireHash(map, entry, dbId, hash);
        return bytes;
    }

    async Task<SpillRun> SpillAsync(int index, int dbId, SpillFolder spill, CancellationToken cancellationToken)
    {
        var (map, entry) = (maps[index], entries[index][dbId - firstShard]);
        var file = new SpillFile(spill);
        try
        {
            var piece = new byte[PieceBytes];
            var hash = new SegmentHash();
            await ReadPiecesAsync(new Place(map, entry, dbId), (_, length) => piece.AsMemory(0, length), bytes =>
            {
                hash.Add(bytes);
                file.Append(bytes);
            }, cancellationToken).ConfigureAwait(false);
            RequireHash(map, entry, dbId, hash);
            file.Flush();
            return new SpillRun(file, 0, file.Position);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    async Task ReadPiecesAsync(Place place, Func<int, int, Memory<byte>> roomFor, PieceSink sink, CancellationToken cancellationToken)
    {
        var (map, entry, dbId) = place;
        for (long done = 0; done < entry.Bytes;)
        {
            var room = roomFor(done > int.MaxValue ? 0 : (int)done, (int)Math.Min(PieceBytes, entry.Bytes - done));
            var read = await RangeAsync(store, map.RowsKey!, entry.Offset + done, room, cancellationToken).ConfigureAwait(false);
            if (read < room.Length) throw Damaged(store, map.RowsKey!, map.Map, $"it ends within the rows of shard {dbId}");
            sink(room.Span);
            done += read;
        }
    }

    void RequireHash(MapRecord map, SegmentEntry entry, int dbId, SegmentHash hash)
    {
        if (hash.Finish() != entry.Hash) throw Damaged(store, map.RowsKey!, map.Map, $"the rows of shard {dbId} are damaged");
    }

    static async ValueTask<int> RangeAsync(IObjectStore store, string key, long offset, Memory<byte> destination,
        CancellationToken cancellationToken)
    {
        try
        {
            return await store.GetRangeAsync(key, offset, destination, cancellationToken).ConfigureAwait(false);
        }
        catch (ShardyFusionException gone) when (gone.Kind == ErrorKind.StorageNotFound)
        {
            throw new ShardyFusionException(ErrorKind.ShardCorrupt,
                $"The rows of a map, '{SnapshotPaths.ToRef(store.Root, key)}', are gone.", gone)
            {
                Target = key,
                RecommendedAction = "Find out who deletes below this prefix, and plan the job anew.",
            };
        }
    }

    static ShardyFusionException Damaged(IObjectStore store, string key, int map, string what) =>
        new(ErrorKind.ShardCorrupt, $"The rows of map {map}, '{SnapshotPaths.ToRef(store.Root, key)}', cannot be used: {what}.")
        {
            Target = key,
            RecommendedAction = "Delete the map's record, the .json object beside it, and run the map again; then this task.",
        };

    /// <summary>Where the rows of one shard lie in the object of one map.</summary>
    readonly record struct Place(MapRecord Map, SegmentEntry Entry, int DbId);

    delegate void PieceSink(ReadOnlySpan<byte> piece);
}
