using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>Gets a table's metadata with as few reads as possible.</summary>
static class RemoteTail
{
    const int MinGuessBytes = 64 << 10, MaxGuessBytes = 1 << 20;

    /// <summary>Reads footer, directory, index and filter.</summary>
    /// <param name="source">The file.</param>
    /// <param name="tailOffset">Where the metadata starts; null when unknown.</param>
    /// <param name="fileBytes">The file's length.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    public static async Task<SstTable> ReadTableAsync(IShardSource source, long? tailOffset, long fileBytes,
        CancellationToken cancellationToken)
    {
        if (fileBytes < Footer.Size)
            throw new BlockOrigin(source.Name, 0).Fault($"a table has at least {Footer.Size} bytes, this file has {fileBytes}");
        if (tailOffset is < 0 || tailOffset > fileBytes - Footer.Size)
            throw new BlockOrigin(source.Name, 0).Fault($"the metadata of a file of {fileBytes} bytes cannot start at {tailOffset}");

        // Metadata is a few percent of most tables: filter 1.2 bytes a row, index 20 bytes a block.
        var start = tailOffset ?? fileBytes - Math.Min(fileBytes, Math.Clamp(fileBytes / 32, MinGuessBytes, MaxGuessBytes));
        var tail = new Tail(start, await ReadAsync(source, start, fileBytes, [], cancellationToken).ConfigureAwait(false));
        try
        {
            return await ParseAsync(source, tail, fileBytes, cancellationToken).ConfigureAwait(false);
        }
        catch (Errors.ShardCorruptException)
        {
            // A bit may have flipped on the way here: what comes the same twice is so on the store.
            var again = await ReadAsync(source, tail.Start, fileBytes, [], cancellationToken).ConfigureAwait(false);
            if (again.AsSpan().SequenceEqual(tail.Bytes))
                throw;
            tail.Bytes = again;
            return await ParseAsync(source, tail, fileBytes, cancellationToken).ConfigureAwait(false);
        }
    }

    static async Task<SstTable> ParseAsync(IShardSource source, Tail tail, long fileBytes, CancellationToken cancellationToken)
    {
        // One turn, unless footer, metaindex and properties do not fit into the guess.
        while (NeededStart(source.Name, tail.Bytes, tail.Start, fileBytes) is var needed && needed < tail.Start)
        {
            tail.Bytes = await ReadAsync(source, needed, tail.Start, tail.Bytes, cancellationToken).ConfigureAwait(false);
            tail.Start = needed;
        }
        return SstTable.Parse(source.Name, tail.Bytes, tail.Start, fileBytes);
    }

    // How far back the metadata reaches, as far as this part of it tells.
    static long NeededStart(string file, byte[] tail, long start, long fileBytes)
    {
        var bytes = new TailBytes(file, tail, start);
        var footer = TableDirectory.ReadFooter(file, bytes, fileBytes);
        // The properties lie right before the metaindex; some room for them saves a read.
        if (footer.Metaindex.Offset < start)
            return Math.Max(0, footer.Metaindex.Offset - MinGuessBytes);
        var reader = new BlockReader<TailBytes>(file, bytes, fileBytes, footer);
        var properties = Metaindex.Read(footer, reader).Properties;
        if (properties.Offset < start)
            return properties.Offset;
        return TableDirectory.Read(footer, reader).MetadataStart;
    }

    static async Task<byte[]> ReadAsync(IShardSource source, long start, long end, byte[] behind, CancellationToken cancellationToken)
    {
        if (end - start + behind.Length > Array.MaxLength)
            throw new BlockOrigin(source.Name, start)
                .Fault($"{end - start + behind.Length} bytes of metadata are more than this reader supports");
        var bytes = new byte[end - start + behind.Length];
        await source.ReadExactlyAsync(start, bytes.AsMemory(0, (int)(end - start)), cancellationToken).ConfigureAwait(false);
        behind.CopyTo(bytes, end - start);
        return bytes;
    }

    sealed class Tail(long start, byte[] bytes)
    {
        public long Start { get; set; } = start;

        public byte[] Bytes { get; set; } = bytes;
    }
}
