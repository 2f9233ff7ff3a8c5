using System.Runtime.CompilerServices;
using ShardyFusion.Formats;
using ShardyFusion.Shards;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Stores;

namespace ShardyFusion.Reading;

/// <summary>A row and where it lies.</summary>
/// <param name="DbId">The shard.</param>
/// <param name="Key">Stored key.</param>
/// <param name="Value">Its value.</param>
readonly record struct PlacedRow(int DbId, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value);

/// <summary>Passes over shards of one snapshot in the order of the stored keys; the block cache is left alone. Safe for concurrent
/// callers.</summary>
/// <param name="store">Where it lies.</param>
/// <param name="manifest">The snapshot.</param>
sealed class SnapshotRows(IObjectStore store, Manifest manifest)
{
    /// <summary>What one pass may hold of the blocks it reads, unless more shards than that allows have to be open at once.</summary>
    public const long MemoryBytes = 64L << 20;

    /// <summary>Larger reads gain nothing; smaller ones cost a round trip each.</summary>
    const int MaxReadBytes = 1 << 20, MinReadBytes = 64 << 10;

    const int ParallelOpens = 16;

    // Where more than the key decides its shard, several shards may hold one key.
    static readonly Comparer<(ReadOnlyMemory<byte> Key, int DbId)> ByKeyThenShard =
        Comparer<(ReadOnlyMemory<byte> Key, int DbId)>.Create(static (left, right) =>
            left.Key.Span.SequenceCompareTo(right.Key.Span) is var order and not 0 ? order : left.DbId.CompareTo(right.DbId));

    // Blocks of a scan bypass the cache, so this one stays empty.
    readonly ShardOpener opener = new(store, manifest, new ReaderOptions { Mode = ReadMode.Range, Memory = new BlockCache(0) });

    /// <summary>Merges the rows of some shards.</summary>
    /// <param name="shards">Which ones; all of them are open during the pass.</param>
    /// <param name="range">Which keys.</param>
    /// <param name="memoryBytes">Bounds the blocks in memory; split among the shards.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <returns>Rows that the caller may keep, in key order.</returns>
    /// <exception cref="Errors.ShardyFusionException"><see cref="Errors.ErrorKind.ShardCorrupt"/>,
    /// <see cref="Errors.ErrorKind.SnapshotIncomplete"/>, or a failure of the store.</exception>
    public async IAsyncEnumerable<PlacedRow> ReadAsync(IReadOnlyList<ShardEntry> shards, KeyRange range, long memoryBytes,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Each scan holds the read it is at and the next one.
        var readBytes = (int)Math.Clamp(memoryBytes / (2 * Math.Max(1, shards.Count)), MinReadBytes, MaxReadBytes);
        var scans = new Scan?[shards.Count];
        try
        {
            await Parallel.ForAsync(0, scans.Length, new ParallelOptions
            {
                MaxDegreeOfParallelism = ParallelOpens,
                CancellationToken = cancellationToken
            }, async (index, token) =>
            {
                var shard = await opener.OpenRangedAsync(shards[index], BlockScratch.NewOwner(), token).ConfigureAwait(false);
                var scan = new Scan(shards[index].DbId, shard, shard.ScanAsync(range, readBytes, cancellationToken)
                    .GetAsyncEnumerator(cancellationToken));
                scans[index] = scan;
                scan.HasRow = await scan.Rows.MoveNextAsync().ConfigureAwait(false);
            }).ConfigureAwait(false);
            var heads = new PriorityQueue<Scan, (ReadOnlyMemory<byte> Key, int DbId)>(scans.Length, ByKeyThenShard);
            foreach (var scan in scans)
                if (scan!.HasRow) heads.Enqueue(scan, scan.Place);
            while (heads.TryPeek(out var head, out _))
            {
                var row = head.Rows.Current;
                yield return new PlacedRow(head.DbId, row.Key, row.Value);
                if (await head.Rows.MoveNextAsync().ConfigureAwait(false)) heads.DequeueEnqueue(head, head.Place);
                else heads.Dequeue();
            }
        }
        finally
        {
            foreach (var scan in scans)
                if (scan is not null) await scan.DisposeAsync().ConfigureAwait(false);
        }
    }

    sealed class Scan(int dbId, IShard shard, IAsyncEnumerator<ShardRow> rows) : IAsyncDisposable
    {
        public int DbId => dbId;

        public IAsyncEnumerator<ShardRow> Rows => rows;

        public bool HasRow { get; set; }

        public (ReadOnlyMemory<byte> Key, int DbId) Place => (rows.Current.Key, dbId);

        public async ValueTask DisposeAsync()
        {
            await rows.DisposeAsync().ConfigureAwait(false);
            shard.Dispose();
        }
    }
}
