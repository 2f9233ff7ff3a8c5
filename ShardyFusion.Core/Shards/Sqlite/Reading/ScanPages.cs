using ShardyFusion.Shards.Sqlite.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.Sqlite.Reading;

/// <summary>Pages for a pass over a file: many neighbours with one read, the next ones read ahead. Writers that insert in key order leave
/// the pages almost in that order. For one reader.</summary>
/// <param name="header">The file.</param>
/// <param name="source">The same.</param>
/// <param name="readBytes">What may be in memory, but never less than some pages.</param>
sealed class ScanPages(SqliteHeader header, IShardSource source, int readBytes) : IPageReader, IAsyncDisposable
{
    const int KeptParts = 4, MinPartBytes = 64 << 10;

    /// <summary>A part of which less than this share was used cost more than single pages would have.</summary>
    const int LeastUse = 8;

    readonly int partPages = Math.Max(1, Math.Max(MinPartBytes, readBytes / KeptParts) / header.PageBytes);
    readonly LinkedList<Part> parts = [];
    Task<Part>? ahead;
    int aheadFirst;
    bool isScattered;

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(int page, CancellationToken cancellationToken)
    {
        for (var node = parts.First; node is not null; node = node.Next)
            if (node.Value.TryGet(page, header.PageBytes, out var bytes))
                return bytes;
        var part = await PartWithAsync(page, cancellationToken).ConfigureAwait(false);
        parts.AddFirst(part);
        if (parts.Count > KeptParts)
        {
            isScattered |= parts.Last!.Value.Used * LeastUse < parts.Last.Value.Count;
            parts.RemoveLast();
        }
        return part.TryGet(page, header.PageBytes, out var read) ? read : throw header.Fault(page, "the file ends within it");
    }

    async Task<Part> PartWithAsync(int page, CancellationToken cancellationToken)
    {
        var first = isScattered ? page : (page - 1) / partPages * partPages + 1;
        var part = ahead is not null && aheadFirst == first ? ahead : ReadPartAsync(first, cancellationToken);
        if (ahead is not null && part != ahead)
            await EndAheadAsync().ConfigureAwait(false);
        ahead = null;
        var read = await part.ConfigureAwait(false);
        // Someone who goes on from one part to the next goes on.
        if (!isScattered && parts.First?.Value is { } before && before.First + before.Count == first)
            (aheadFirst, ahead) = (first + partPages, first + partPages <= header.WholePages
                ? ReadPartAsync(first + partPages, cancellationToken) : null);
        return read;
    }

    async Task<Part> ReadPartAsync(int first, CancellationToken cancellationToken)
    {
        var count = Math.Min(isScattered ? 1 : partPages, header.WholePages - first + 1);
        if (count < 1)
            throw header.Fault(first, "the file ends within it");
        var bytes = new byte[count * header.PageBytes];
        await source.ReadExactlyAsync(header.OffsetOf(first), bytes, cancellationToken).ConfigureAwait(false);
        return new Part(first, count, bytes);
    }

    // Its failure is nobody's: what it was to read is not asked for.
    async Task EndAheadAsync()
    {
        if (ahead is not null)
            await ((Task)ahead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Ends the read that is on its way.</summary>
    public async ValueTask DisposeAsync() => await EndAheadAsync().ConfigureAwait(false);

    sealed class Part(int first, int count, ReadOnlyMemory<byte> bytes)
    {
        public int First => first;

        public int Count => count;

        public int Used { get; private set; }

        public bool TryGet(int page, int pageBytes, out ReadOnlyMemory<byte> found)
        {
            var isHere = page >= first && page - first < count;
            found = isHere ? bytes.Slice((page - first) * pageBytes, pageBytes) : default;
            Used += isHere ? 1 : 0;
            return isHere;
        }
    }
}
