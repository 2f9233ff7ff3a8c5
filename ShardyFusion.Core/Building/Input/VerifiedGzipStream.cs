using System.IO.Compression;

namespace ShardyFusion.Building.Input;

/// <summary>Unpacks gzip and refuses a truncated one. Does not own the packed stream.</summary>
/// <remarks>
/// <see cref="GZipStream"/> takes the end of its input for the end of the data, so half a file would be half a snapshot. Here a
/// member that holds a marker follows the input: the marker can only be unpacked when the member before it is complete.
/// </remarks>
internal sealed class VerifiedGzipStream : ForwardStream
{
    static readonly byte[] Marker = [0x53, 0x9e, 0x01, 0xc7, 0xfb, 0x44, 0x6a, 0xd0, 0x8d, 0x12, 0xb9, 0x35, 0xe6, 0x70, 0xaf, 0x2c];
    static readonly byte[] MarkerMember = Pack(Marker);

    readonly GZipStream unpacked;
    readonly byte[] buffer = new byte[(64 << 10) + Marker.Length];
    int start, end;
    bool isAtEnd;

    public VerifiedGzipStream(Stream packed) => unpacked = new GZipStream(new FollowedStream(packed, MarkerMember), CompressionMode.Decompress);

    public override int Read(Span<byte> destination)
    {
        while (end - start <= Marker.Length && !isAtEnd) Took(unpacked.Read(FreeSpace().Span));
        return Give(destination);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        while (end - start <= Marker.Length && !isAtEnd)
            Took(await unpacked.ReadAsync(FreeSpace(), cancellationToken).ConfigureAwait(false));
        return Give(destination.Span);
    }

    /// <summary>Bytes are given out only when a marker's length of others follows them.</summary>
    int Give(Span<byte> destination)
    {
        var count = Math.Min(destination.Length, end - start - Marker.Length);
        buffer.AsSpan(start, count).CopyTo(destination);
        start += count;
        return count;
    }

    Memory<byte> FreeSpace()
    {
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        (start, end) = (0, end - start);
        return buffer.AsMemory(end);
    }

    void Took(int count)
    {
        end += count;
        if (count > 0) return;
        isAtEnd = true;
        if (!buffer.AsSpan(start, end - start).SequenceEqual(Marker))
            throw new InvalidDataException("The gzip data end too early, or other bytes follow them.");
    }

    static byte[] Pack(byte[] content)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(content);
        return packed.ToArray();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) unpacked.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>A stream with some bytes after its end. Does not own the stream.</summary>
    sealed class FollowedStream(Stream inner, byte[] after) : ForwardStream
    {
        int position = -1;

        public override int Read(Span<byte> destination)
        {
            var count = position < 0 ? inner.Read(destination) : 0;
            return count > 0 ? count : ReadAfter(destination);
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken = default)
        {
            var count = position < 0 ? await inner.ReadAsync(destination, cancellationToken).ConfigureAwait(false) : 0;
            return count > 0 ? count : ReadAfter(destination.Span);
        }

        int ReadAfter(Span<byte> destination)
        {
            position = Math.Max(position, 0);
            var count = Math.Min(destination.Length, after.Length - position);
            after.AsSpan(position, count).CopyTo(destination);
            position += count;
            return count;
        }
    }
}
