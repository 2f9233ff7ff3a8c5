using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>All rows of a mapped shard in key order. For one thread; several scanners may run side by side.</summary>
sealed unsafe class ShardScanner : IDisposable
{
    readonly MappedShard shard;
    DataBlockWalker walker;
    byte[] unpacked = [];
    // A plain block is walked where it is mapped, a packed one in `unpacked`.
    byte* mapped;
    int blockBytes;
    int ordinal = -1;
    long rows;
    bool isDone;

    internal ShardScanner(MappedShard shard)
    {
        this.shard = shard;
        walker = new DataBlockWalker(shard.Table, checksEachRow: true);
    }

    /// <summary>The current row's key. Valid until the next move.</summary>
    public ReadOnlySpan<byte> Key => walker.Key;

    /// <summary>The current row's value. Valid until the next move.</summary>
    public ReadOnlySpan<byte> Value => Block.Slice(walker.ValueStart, walker.ValueBytes);

    /// <summary>Rows so far.</summary>
    public long RowsRead => rows;

    ReadOnlySpan<byte> Block => mapped is null ? unpacked.AsSpan(0, blockBytes) : new ReadOnlySpan<byte>(mapped, blockBytes);

    /// <summary>Goes to the next row.</summary>
    /// <returns>False after the last one.</returns>
    /// <exception cref="Errors.ShardCorruptException">A block is damaged, or the shard does not hold the rows it claims.</exception>
    public bool MoveNext()
    {
        if (isDone)
            return false;
        if (!shard.IsOpen)
            throw shard.Closed();
        while (ordinal < 0 || !walker.MoveNext(Block))
            if (!OpenNextBlock())
                return false;
        rows++;
        return true;
    }

    bool OpenNextBlock()
    {
        if (++ordinal >= shard.Table.Index.Count)
        {
            isDone = true;
            if (rows != shard.RowCount)
                throw new BlockOrigin(shard.Table.File, 0).Fault($"the file holds {rows} rows, its properties say {shard.RowCount}");
            return false;
        }
        var block = shard.ReadForScan(ordinal, ref unpacked);
        ref var first = ref MemoryMarshal.GetReference(block);
        mapped = unpacked.Length > 0 && Unsafe.AreSame(ref first, ref unpacked[0])
            ? null
            : (byte*)Unsafe.AsPointer(ref first);
        blockBytes = block.Length;
        walker.Open(block, ordinal);
        return true;
    }

    /// <summary>Gives buffers back; the shard stays open.</summary>
    public void Dispose()
    {
        isDone = true;
        walker.Dispose();
    }
}
