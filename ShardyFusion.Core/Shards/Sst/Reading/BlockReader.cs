using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>Reads metadata blocks of one file: range check, checksum, unpacking.</summary>
/// <param name="file">Path or URI, for errors.</param>
/// <param name="bytes">The file's bytes.</param>
/// <param name="fileBytes">The file's length.</param>
/// <param name="footer">The file's footer.</param>
readonly struct BlockReader<TBytes>(string file, TBytes bytes, long fileBytes, Footer footer) where TBytes : struct, IFileBytes
{
    public long FileBytes => fileBytes;

    /// <summary>One block, verified and unpacked. Points into the file's bytes when it is stored plain.</summary>
    public ReadOnlySpan<byte> Read(BlockHandle handle, out BlockOrigin origin)
    {
        origin = new BlockOrigin(file, handle.Offset);
        var stored = Stored(handle, origin);
        BlockCodec.Verify(stored, footer, origin);
        return BlockCodec.IsPlain(stored) ? stored[..^BlockTrailer.Size] : BlockCodec.Unpack(stored, origin);
    }

    /// <summary>The properties block, whose global sequence number RocksDB may have changed after the checksum was computed.</summary>
    public TableProperties ReadProperties(BlockHandle handle)
    {
        var origin = new BlockOrigin(file, handle.Offset);
        var stored = Stored(handle, origin);
        if (BlockTrailer.Verify(footer.Checksum, stored, footer.BaseContextChecksum, handle.Offset))
            return TableProperties.Read(BlockCodec.IsPlain(stored) ? stored[..^BlockTrailer.Size] : BlockCodec.Unpack(stored, origin),
                origin);
        TableProperties? changed = null;
        try
        {
            changed = TableProperties.Read(stored[..^BlockTrailer.Size], origin);
        }
        catch (Errors.ShardCorruptException)
        {
            // The checksum is the better message.
        }
        if (changed is { GlobalSequenceAt: >= 0 })
        {
            var original = stored.ToArray();
            original.AsSpan(changed.GlobalSequenceAt, sizeof(ulong)).Clear();
            if (BlockTrailer.Verify(footer.Checksum, original, footer.BaseContextChecksum, handle.Offset))
                return changed;
        }
        BlockCodec.Verify(stored, footer, origin);
        return changed!;
    }

    ReadOnlySpan<byte> Stored(BlockHandle handle, BlockOrigin origin)
    {
        if (handle.EndWithTrailer > fileBytes - Footer.Size || handle.Size > int.MaxValue - 64)
            throw origin.Fault($"a block of {handle.Size} bytes at {handle.Offset} does not fit into a file of {fileBytes}");
        return bytes.Slice(handle.Offset, (int)handle.Size + BlockTrailer.Size);
    }
}
