using ZstdSharp;

namespace ShardyFusion.Shards.Sst.Writing;

/// <summary>Packs blocks into Zstandard frames, one by one. The library is loaded with the first packer.</summary>
sealed class ZstdPacker : IDisposable
{
    // RocksDB's default as well.
    const int Level = 3;

    readonly Compressor _compressor = new(Level);

    /// <summary>Packs a block; the frame depends on the block alone.</summary>
    /// <param name="source">Raw bytes.</param>
    /// <param name="target">Room for the frame.</param>
    /// <param name="written">Bytes of the frame.</param>
    /// <returns>False when it does not fit.</returns>
    public bool TryCompress(ReadOnlySpan<byte> source, Span<byte> target, out int written) =>
        _compressor.TryWrap(source, target, out written);

    /// <summary>Gives the library's memory back.</summary>
    public void Dispose() => _compressor.Dispose();
}
