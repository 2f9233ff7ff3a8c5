namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>The last packed block that this thread unpacked, so that gets from a packed shard allocate nothing.</summary>
sealed class BlockScratch
{
    // Blocks with huge values are not worth keeping for the life of a thread.
    const int KeepBytes = 1 << 20;

    [ThreadStatic] static BlockScratch? current;

    byte[] buffer = [];
    int length;
    long owner;
    int ordinal;
    static long lastOwner;

    public static BlockScratch OfThread => current ??= new BlockScratch();

    /// <summary>A number that no other shard of this process has.</summary>
    public static long NewOwner() => Interlocked.Increment(ref lastOwner);

    /// <summary>The block, if it is the one that was unpacked last.</summary>
    public bool TryGet(long shard, int block, out ReadOnlySpan<byte> unpacked)
    {
        var isSame = shard == owner && block == ordinal;
        unpacked = isSame ? buffer.AsSpan(0, length) : default;
        return isSame;
    }

    /// <summary>Unpacks a block in place of the one before.</summary>
    public ReadOnlySpan<byte> Unpack(ReadOnlySpan<byte> stored, long shard, int block, BlockOrigin origin)
    {
        owner = 0;
        if (buffer.Length > KeepBytes)
            buffer = [];
        length = BlockCodec.Unpack(stored, ref buffer, origin);
        (owner, ordinal) = (shard, block);
        return buffer.AsSpan(0, length);
    }
}
