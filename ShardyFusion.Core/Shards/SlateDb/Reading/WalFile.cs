using ShardyFusion.Shards.SlateDb.Format;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.SlateDb.Reading;

/// <summary>The unpacked blocks of one log file.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Format">Its format version.</param>
/// <param name="Blocks">In their order; none in a writer's fence.</param>
sealed record WalFile(ulong Id, int Format, IReadOnlyList<(ReadOnlyMemory<byte> Content, BlockOrigin Origin)> Blocks)
{
    /// <summary>Reads a whole log file and checks every part of it: one request, none for an empty one.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="source">The file.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="Errors.ShardCorruptException">It is damaged, or of another version.</exception>
    public static async Task<WalFile> ReadAsync(ulong id, IShardSource source, CancellationToken cancellationToken)
    {
        // Since release 0.14 a writer fences others off by an empty file.
        if (source.Length == 0)
            return new WalFile(id, SstFormats.Restarts, []);
        if (source.Length > Array.MaxLength)
            throw new BlockOrigin(source.Name, 0).Fault($"a log file of {source.Length} bytes is larger than this reader supports");
        var bytes = new byte[source.Length];
        await source.ReadExactlyAsync(0, bytes, cancellationToken).ConfigureAwait(false);
        return Read(id, source.Name, bytes);
    }

    static WalFile Read(ulong id, string name, ReadOnlyMemory<byte> bytes)
    {
        var end = SlateFileEnd.Read(name, bytes, bytes.Length);
        var origin = new BlockOrigin(name, end.Info.End);
        // The format is no part of what has a checksum; since format 2 a log file says that it is one, unless it is a fence.
        if (end.BlockCount > 0 && end.Info.IsWal != (end.Format != SstFormats.First))
            throw origin.Fault("it is no log file of its format");
        var blocks = new (ReadOnlyMemory<byte>, BlockOrigin)[end.BlockCount];
        for (var i = 0; i < blocks.Length; i++)
        {
            var (offset, count) = end.PlaceOf(i);
            var blockOrigin = new BlockOrigin(name, offset);
            blocks[i] = (BlockPacking.Open(bytes.Slice((int)offset, count), end.Info.Codec, blockOrigin), blockOrigin);
        }
        return new WalFile(id, end.Format, blocks);
    }

    /// <summary>Goes over its rows, in no order that matters.</summary>
    public void ForEach(Action<RowWalker> row)
    {
        var walker = new RowWalker(Format, isSorted: false);
        foreach (var (content, origin) in Blocks)
        {
            walker.Open(content, origin);
            while (walker.MoveNext())
                row(walker);
        }
    }
}
