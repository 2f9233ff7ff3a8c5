using System.Runtime.CompilerServices;
using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Shards.Sst.Writing;

/// <summary>Packs raw blocks and seals them with their trailers.</summary>
sealed class BlockPacker(ShardCompression compression, ChecksumType checksum) : IDisposable
{
    readonly Lz4Block.Table? _lz4Table = compression == ShardCompression.Lz4 ? new Lz4Block.Table() : null;
    readonly ZstdPacker? _zstd = compression == ShardCompression.Zstd ? new ZstdPacker() : null;

    /// <summary>What blocks are packed with when it pays.</summary>
    public CompressionType Type { get; } = compression switch
    {
        ShardCompression.Zlib => CompressionType.Zlib,
        ShardCompression.Lz4 => CompressionType.Lz4,
        ShardCompression.Zstd => CompressionType.Zstd,
        _ => CompressionType.None,
    };

    /// <summary>Appends a raw block, packed if that saves an eighth or more, and its trailer.</summary>
    /// <returns>Bytes stored, the trailer not counted.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Append(TableBuffer target, byte[] raw, int count)
    {
        target.Reserve(count + BlockTrailer.Size);
        var start = target.Length;
        // RocksDB keeps a packed block only if it is smaller than this.
        var room = count - count / 8 - 1;
        if (Type == CompressionType.None || room <= Varint.MaxLength32 || !TryPack(target, raw, count, room))
        {
            raw.AsSpan(0, count).CopyTo(target.Bytes.AsSpan(start));
            target.Length = start + count;
            Seal(target, start, CompressionType.None);
            return count;
        }
        var stored = target.Length - start;
        Seal(target, start, Type);
        return stored;
    }

    /// <summary>Appends the trailer to the block that lies from <paramref name="blockStart"/> to the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Seal(TableBuffer target, int blockStart, CompressionType type)
    {
        target.Reserve(BlockTrailer.Size);
        target.Length += BlockTrailer.Size;
        BlockTrailer.Write(checksum, target.Bytes.AsSpan(blockStart, target.Length - blockStart), type);
    }

    /// <summary>Gives the memory of ZSTD back.</summary>
    public void Dispose() => _zstd?.Dispose();

    bool TryPack(TableBuffer target, byte[] raw, int count, int room)
    {
        var start = target.Length;
        var header = Varint.Write(target.Bytes.AsSpan(start), (uint)count);
        if (_lz4Table is not null || _zstd is not null)
        {
            var source = raw.AsSpan(0, count);
            var free = target.Bytes.AsSpan(start + header, room - header);
            if (!(_lz4Table is null ? _zstd!.TryCompress(source, free, out var written)
                : Lz4Block.TryCompress(source, free, _lz4Table, out written)))
                return false;
            target.Length = start + header + written;
            return true;
        }
        using var stream = new MemoryStream(target.Bytes, start + header, room - header, writable: true);
        if (!ZlibBlock.TryCompress(raw, 0, count, stream))
            return false;
        target.Length = start + header + (int)stream.Position;
        return true;
    }
}
