namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>Random access to the bytes of a file (or of its end) without a copy.</summary>
interface IFileBytes
{
    /// <summary>A range that the caller has checked to lie inside the file.</summary>
    /// <exception cref="Errors.ShardCorruptException">The range is not among the bytes at hand.</exception>
    ReadOnlySpan<byte> Slice(long offset, int length);
}

/// <summary>The end of a file, read into memory.</summary>
/// <param name="file">For errors.</param>
/// <param name="tail">Bytes from <paramref name="tailOffset"/> to the file's end.</param>
/// <param name="tailOffset">Where they start in the file.</param>
readonly struct TailBytes(string file, ReadOnlyMemory<byte> tail, long tailOffset) : IFileBytes
{
    public ReadOnlySpan<byte> Slice(long offset, int length)
    {
        if (offset < tailOffset || offset + length > tailOffset + tail.Length)
            throw new BlockOrigin(file, offset)
                .Fault($"{length} bytes of the table's metadata lie before offset {tailOffset}, where its tail should begin");
        return tail.Span.Slice((int)(offset - tailOffset), length);
    }
}
