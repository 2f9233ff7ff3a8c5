using System.Buffers;
using System.Runtime.CompilerServices;
using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Shards.Sst.Writing;

/// <summary>Collects the hashes of a file's keys, eight bytes a key, and turns them into the filter block.</summary>
sealed class BloomBuilder(double bitsPerKey) : IDisposable
{
    const int FirstChunk = 1024, LargestChunk = 1 << 17;

    readonly List<ulong[]> _fullChunks = [];
    // RocksDB rounds the same way.
    readonly int _millibitsPerKey = (int)(bitsPerKey * 1000 + 0.500001);
    ulong[] _chunk = ArrayPool<ulong>.Shared.Rent(FirstChunk);
    int _inChunk;
    long _inFullChunks;

    /// <summary>Keys added.</summary>
    public long Count => _inFullChunks + _inChunk;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ulong keyHash)
    {
        if (_inChunk == _chunk.Length)
            NextChunk();
        _chunk[_inChunk++] = keyHash;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void NextChunk()
    {
        _fullChunks.Add(_chunk);
        _inFullChunks += _chunk.Length;
        _chunk = ArrayPool<ulong>.Shared.Rent(Math.Min(_chunk.Length * 2, LargestChunk));
        _inChunk = 0;
    }

    /// <summary>Appends the filter block, without its trailer.</summary>
    /// <returns>Bytes appended.</returns>
    public int AppendTo(TableBuffer target)
    {
        // One array holds the file's tail: 2 GiB of filter is 1.7 billion keys at ten bits.
        var linesBytes = checked((int)FastLocalBloom.LinesBytes(Count, _millibitsPerKey));
        var probes = FastLocalBloom.Probes(_millibitsPerKey);
        target.Reserve(linesBytes + FastLocalBloom.MetadataBytes);
        var lines = target.Bytes.AsSpan(target.Length, linesBytes);
        lines.Clear();
        foreach (var chunk in _fullChunks)
            FastLocalBloom.AddAll(chunk, lines, probes);
        FastLocalBloom.AddAll(_chunk.AsSpan(0, _inChunk), lines, probes);
        FastLocalBloom.WriteMetadata(target.Bytes.AsSpan(target.Length + linesBytes), probes);
        target.Length += linesBytes + FastLocalBloom.MetadataBytes;
        return linesBytes + FastLocalBloom.MetadataBytes;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        foreach (var chunk in _fullChunks)
            ArrayPool<ulong>.Shared.Return(chunk);
        ArrayPool<ulong>.Shared.Return(_chunk);
        _fullChunks.Clear();
        _chunk = [];
        _inChunk = 0;
    }
}
