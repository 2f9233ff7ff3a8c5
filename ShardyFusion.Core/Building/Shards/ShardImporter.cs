using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Reading;
using ShardyFusion.Routing;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Shards.Sst.Writing;
using ShardyFusion.Stores;

namespace ShardyFusion.Building.Shards;

/// <summary>Makes the shards of a build from files that something else wrote: reads each to its last row, and copies it to its place unless
/// it lies there.</summary>
sealed class ShardImporter(IObjectStore store, string runId, BuildOptions options, ShardFiles files) : IShardSupply
{
    readonly KeyCodec codec = KeyCodec.For(options.KeyEncoding!.Value);
    readonly ShardRouter router = ShardRouter.ForHash(options.ShardCount!.Value, options.KeyEncoding!.Value);
    readonly ConcurrentDictionary<int, ShardFile> owners = new();
    int filesDone;
    long bytesRead;

    public int ShardsDone => Volatile.Read(ref filesDone);

    public int ShardsTotal => files.Files.Count;

    public long BytesWritten => Interlocked.Read(ref bytesRead);

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardCorrupt"/>: a file is damaged, has a key out of order, or changed
    /// meanwhile; <see cref="ErrorKind.ShardUnsupported"/>: it holds what is not read here; <see cref="ErrorKind.ShardAssignment"/>: a key
    /// is of another encoding or belongs to another shard than its file, or two files are one shard; <see cref="ErrorKind.ShardWrite"/>, or
    /// a failure of a store.</exception>
    public async Task<WrittenShards> RunAsync(CancellationToken cancellationToken)
    {
        var taken = new ShardAttemptResult?[files.Files.Count];
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = options.Parallelism ?? Environment.ProcessorCount,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForAsync(0, taken.Length, parallel, async (index, token) =>
        {
            taken[index] = await TakeAsync(files.Files[index], token).ConfigureAwait(false);
            Interlocked.Increment(ref filesDone);
        }).ConfigureAwait(false);
        return new WrittenShards([.. taken.OfType<ShardAttemptResult>().OrderBy(shard => shard.DbId)], [], LostAttempts: 0);
    }

    /// <returns>Null for a file without rows, which is no shard.</returns>
    async Task<ShardAttemptResult?> TakeAsync(ShardFile file, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var name = NameOf(file);
        var source = new StoreShardSource(files.Store, file.Key, name, file.Bytes,
            cause => new ShardCorruptException(name, 0, "it went away while it was read", cause));
        using var hashed = new HashedSource(source);
        var rows = new RowTally(this, file, name);
        long tailOffset;
        // Blocks of a scan bypass the cache, so this one stays empty.
        using (var table = await RemoteShard.OpenAsync(hashed, null, file.Bytes, new BlockCache(0), cancellationToken)
            .ConfigureAwait(false))
        {
            tailOffset = table.Table.MetadataStart;
            await foreach (var row in table.ScanAsync(cancellationToken).ConfigureAwait(false)) rows.Add(row);
        }
        var sha256 = await hashed.FinishAsync(cancellationToken).ConfigureAwait(false);
        Interlocked.Add(ref bytesRead, file.Bytes);
        if (rows.Count == 0) return null;
        var other = owners.GetOrAdd(rows.ShardId, file);
        if (!ReferenceEquals(other, file)) throw OneShardTwice(rows.ShardId, file, other);
        var attempt = files.RunId is null ? 0 : file.Attempt;
        var objectKey = SnapshotPaths.ShardKey(SnapshotPaths.AttemptKey(runId, rows.ShardId, attempt));
        if (files.RunId is null) await CopyAsync(source, sha256, objectKey, cancellationToken).ConfigureAwait(false);
        return new ShardAttemptResult(rows.ShardId, attempt, objectKey, rows.Summary(file.Bytes, tailOffset), sha256, 0, rows.Values,
            Stopwatch.GetElapsedTime(started))
        {
            IsKept = files.RunId is not null,
        };
    }

    async Task CopyAsync(StoreShardSource source, string sha256, string objectKey, CancellationToken cancellationToken)
    {
        // Which shard it is was known only after its last row, so that it is read once more.
        if (!await ShardCopier.CarryAsync(source, sha256, new ShardPlace(store, objectKey),
            _ => new ShardCorruptException(source.Name, 0, "it changed while it was read"), cancellationToken).ConfigureAwait(false))
            throw new ShardyFusionException(ErrorKind.ShardWrite,
                $"Shard object '{objectKey}' already exists; attempts never overwrite each other.")
            {
                Target = objectKey,
            };
    }

    string NameOf(ShardFile file) => SnapshotPaths.ToRef(files.Store.Root, file.Key);

    ShardyFusionException OneShardTwice(int shardId, ShardFile one, ShardFile other)
    {
        var names = new[] { NameOf(one), NameOf(other) }.Order(StringComparer.Ordinal).ToArray();
        return new ShardyFusionException(ErrorKind.ShardAssignment,
            $"'{names[0]}' and '{names[1]}' both hold keys of shard {shardId}; a shard is one file.")
        {
            Target = names[1],
            RecommendedAction = "Write one sorted file for each shard.",
        };
    }

    /// <summary>What the rows of one file come to.</summary>
    sealed class RowTally(ShardImporter adoption, ShardFile file, string name)
    {
        ReadOnlyMemory<byte> first, last;
        long keyBytes, valueBytes, emptyValues;
        int largestValueBytes, shardId;

        public long Count { get; private set; }

        /// <summary>The shard that every row belongs to; after the first one.</summary>
        public int ShardId => shardId;

        public ValueFigures Values => new(emptyValues, largestValueBytes);

        public SstSummary Summary(long fileBytes, long tailOffset) =>
            new(Count, fileBytes, tailOffset, first.ToArray(), last.ToArray(), keyBytes, valueBytes);

        public void Add(ShardRow row)
        {
            var owner = Route(row.Key.Span);
            if (Count == 0)
            {
                first = row.Key;
                shardId = file.ShardId ?? owner;
            }
            else if (row.Key.Span.SequenceCompareTo(last.Span) is var order and <= 0)
            {
                if (order == 0)
                    throw new ShardUnsupportedException(name, 0,
                        $"key {Show(row.Key.Span)} is there in several versions, old ones kept by a snapshot: compact first; a shard holds "
                            + "each key once");
                throw new ShardCorruptException(name, 0, $"key {Show(row.Key.Span)} comes after key {Show(last.Span)}; keys must ascend");
            }
            if (owner != shardId) throw Misrouted(row.Key.Span, owner);
            last = row.Key;
            Count++;
            keyBytes += row.Key.Length;
            valueBytes += row.Value.Length;
            if (row.Value.IsEmpty) emptyValues++;
            largestValueBytes = Math.Max(largestValueBytes, row.Value.Length);
        }

        int Route(ReadOnlySpan<byte> key)
        {
            if (!key.IsEmpty && key.Length <= KeyCodec.MaxKeyBytes && adoption.codec.IsStoredForm(key))
            {
                try
                {
                    return adoption.router.RouteStored(key);
                }
                catch (ShardyFusionException unroutable) when (unroutable.Kind == ErrorKind.ShardAssignment)
                {
                    // 2^63 and more.
                }
            }
            throw new ShardyFusionException(ErrorKind.ShardAssignment,
                string.Create(CultureInfo.InvariantCulture,
                $"'{name}', row {Count + 1}: key {KeyFaults.ShowBytes(key)} is no {adoption.codec.Encoding.StorageName()} key "
                    + $"that can be routed."))
            {
                Target = name,
                RecommendedAction = "Check the key encoding; integers are stored big-endian and lie below 2^63.",
            };
        }

        ShardyFusionException Misrouted(ReadOnlySpan<byte> key, int owner) =>
            new(ErrorKind.ShardAssignment, string.Create(CultureInfo.InvariantCulture,
            $"'{name}', row {Count + 1}: key {Show(key)} belongs to shard {owner} of {adoption.router.NumDbs}, "
                + $"{(file.ShardId is null ? "the rows before it to" : "the file lies in the place of")} shard {shardId}."))
            {
                Target = name,
                RecommendedAction =
            "Check number of shards and key encoding, and spread the keys by their hash as docs/format/routing.md says.",
            };

        string Show(ReadOnlySpan<byte> key) => adoption.codec.Display(key);
    }
}
