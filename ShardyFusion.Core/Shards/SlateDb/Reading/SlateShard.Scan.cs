using System.Runtime.CompilerServices;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.SlateDb.Reading;

sealed partial class SlateShard
{
    const int MinReadBytes = 64 << 10;

    /// <summary>Goes over all keys in order; else as <see cref="ScanAsync(KeyRange, int, CancellationToken)"/>.</summary>
    public IAsyncEnumerable<ShardRow> ScanAsync(CancellationToken cancellationToken) =>
        ScanAsync(KeyRange.All, BlockLoader.CoalescedReadBytes, cancellationToken);

    /// <summary>Goes over keys in order, reading ahead; the cache is left alone. Every block's checksum is verified.</summary>
    /// <param name="range">Which keys; only blocks that can hold such are read.</param>
    /// <param name="readBytes">Size of the reads of all tables together, at most, but never less than a block of each. Twice that is in
    /// memory.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <returns>Keys and their newest values, which the caller may keep.</returns>
    /// <exception cref="Errors.ShardCorruptException">A block is damaged, or the newest row of a key is a merge operand.</exception>
    public async IAsyncEnumerable<ShardRow> ScanAsync(KeyRange range, int readBytes,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        var part = Math.Max(MinReadBytes, readBytes / Math.Max(1, levels.Length));
        // Tables before log files: of rows with the same sequence number the table's is met first.
        RowSource[] sources = [.. levels.Select(level => new LevelSource(level, range, part, cancellationToken)),
            new WalSource(wal, range)];
        var heads = new PriorityQueue<RowSource, (RowSource, int)>(sources.Length, ByKeyThenNewest);
        try
        {
            for (var i = 0; i < sources.Length; i++)
                if (await sources[i].ReadOnAsync().ConfigureAwait(false))
                    heads.Enqueue(sources[i], (sources[i], i));
            ReadOnlyMemory<byte>? before = null;
            while (heads.TryDequeue(out var head, out var place))
            {
                if (before is not { } seen || !head.Key.SequenceEqual(seen.Span))
                {
                    var key = (ReadOnlyMemory<byte>)head.Key.ToArray();
                    before = key;
                    if (TryGetNewest(head, out var value))
                        yield return new ShardRow(key, value);
                }
                if (head.TryMove() || await head.ReadOnAsync().ConfigureAwait(false))
                    heads.Enqueue(head, place);
            }
        }
        finally
        {
            foreach (var source in sources)
                await source.DisposeAsync().ConfigureAwait(false);
        }
    }

    bool TryGetNewest(RowSource source, out ReadOnlyMemory<byte> value)
    {
        var row = source.Row;
        // A table that had it, or a newer one, would have come first.
        if (source is WalSource && row.Sequence <= manifest.LastTableSequence)
            RequireInTables(row);
        return row.TryGetValue(source.Key, clock, out value);
    }

    static readonly Comparer<(RowSource Source, int Place)> ByKeyThenNewest =
        Comparer<(RowSource Source, int Place)>.Create(static (left, right) =>
    {
        var order = left.Source.Key.SequenceCompareTo(right.Source.Key);
        if (order == 0)
            order = right.Source.Row.Sequence.CompareTo(left.Source.Row.Sequence);
        return order != 0 ? order : left.Place.CompareTo(right.Place);
    });
}
