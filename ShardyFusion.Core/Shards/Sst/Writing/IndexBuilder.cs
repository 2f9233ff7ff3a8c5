using System.Runtime.CompilerServices;
using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Shards.Sst.Writing;

/// <summary>Builds the index block: for each data block a key that separates it from the next, and its handle.</summary>
/// <remarks>
/// Restart interval 1, user keys, the value length left out: what RocksDB writes from format version 4 on. With every entry a
/// restart point each handle is stored whole, so that a binary search needs no neighbour.
/// </remarks>
sealed class IndexBuilder : IDisposable
{
    readonly TableBuffer _entries = new(1024);
    readonly List<int> _restarts = [];
    byte[] _separator = new byte[64];

    /// <summary>Bytes of the block so far, without trailer.</summary>
    public int BlockBytes => _entries.Length + 4 * _restarts.Count + 4;

    /// <summary>Adds the block that ends with <paramref name="lastKey"/>.</summary>
    /// <param name="lastKey">The block's last key.</param>
    /// <param name="nextKey">The next block's first key; empty after the last block.</param>
    /// <param name="handle">Where the block lies.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<byte> lastKey, ReadOnlySpan<byte> nextKey, BlockHandle handle)
    {
        if (_separator.Length < lastKey.Length)
            _separator = new byte[Math.Max(lastKey.Length, _separator.Length * 2)];
        var length = nextKey.IsEmpty ? CopyWhole(lastKey, _separator) : ShortestSeparator(lastKey, nextKey, _separator);
        _restarts.Add(_entries.Length);
        _entries.AppendVarint(0);
        _entries.AppendVarint((uint)length);
        _entries.Append(_separator.AsSpan(0, length));
        _entries.Reserve(BlockHandle.MaxEncodedLength);
        _entries.Length += handle.Write(_entries.Bytes.AsSpan(_entries.Length));
    }

    /// <summary>Appends the block, without its trailer.</summary>
    public void AppendTo(TableBuffer target)
    {
        target.Append(_entries.Written);
        // A block without entries still has one restart point.
        foreach (var restart in _restarts.DefaultIfEmpty(0))
            target.AppendFixed32((uint)restart);
        target.AppendFixed32((uint)Math.Max(_restarts.Count, 1));
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _entries.Dispose();

    static int CopyWhole(ReadOnlySpan<byte> key, Span<byte> target)
    {
        key.CopyTo(target);
        return key.Length;
    }

    /// <summary>The shortest key s with <paramref name="start"/> ≤ s &lt; <paramref name="limit"/> that RocksDB's bytewise comparator
    /// finds.</summary>
    /// <param name="start">The smaller key.</param>
    /// <param name="limit">The greater key.</param>
    /// <param name="target">At least as long as <paramref name="start"/>.</param>
    /// <returns>Length of s in <paramref name="target"/>.</returns>
    internal static int ShortestSeparator(ReadOnlySpan<byte> start, ReadOnlySpan<byte> limit, Span<byte> target)
    {
        start.CopyTo(target);
        var at = start.CommonPrefixLength(limit);
        // One is the other's prefix: nothing shorter lies between.
        if (at == start.Length || at == limit.Length)
            return start.Length;
        if (at == limit.Length - 1 && start[at] + 1 == limit[at])
        {
            // Counting this byte up would give the limit itself: count up the first later byte that has room.
            at++;
            while (at < start.Length && start[at] == 0xFF)
                at++;
            if (at == start.Length)
                return start.Length;
        }
        target[at]++;
        return at + 1;
    }
}
