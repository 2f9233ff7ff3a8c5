using ShardyFusion.Errors;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>Where a block came from, for errors.</summary>
/// <param name="File">Path or URI.</param>
/// <param name="Offset">First byte of the block in the file.</param>
readonly record struct BlockOrigin(string File, long Offset)
{
    /// <summary>True for a data block of a table with a dictionary, which it is packed with if its method takes one.</summary>
    public bool HasDictionary { get; init; }

    /// <summary>A fault of the whole block.</summary>
    public ShardCorruptException Fault(string reason) => new(File, Offset, reason);

    /// <summary>The block is whole, but what it holds is not read here.</summary>
    public ShardUnsupportedException Unsupported(string reason) => new(File, Offset, reason);

    /// <summary>A fault <paramref name="at"/> bytes into the (unpacked) block.</summary>
    public ShardCorruptException Fault(int at, string reason) => new(File, Offset, $"{reason} ({at} bytes into the block)");
}
