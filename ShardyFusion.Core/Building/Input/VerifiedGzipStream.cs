using System.IO.Compression;

namespace ShardyFusion.Building.Input;

/// <summary>Unpacks gzip and refuses a truncated one. Does not own the packed stream.</summary>
/// <remarks>
/// <see cref="GZipStream"/> takes the end of its input for the end of the data, so half a file would be half a snapshot. Here a
/// member that holds a marker follows the input: the marker can only be unpacked when the member before it is complete.
/// </remarks>
sealed class VerifiedGzipStream : ForwardStream
{
    static readonly byte[] Marker = [0x53, 0x9e, 0x01, 0xc7, 0xfb, 0x44, 0x6a, 0xd0, 0x8d, 0x12, 0xb9, 0x35, 0xe6, 0x70, 0xaf, 0x2c];
    static readonly byte[] MarkerMember = Pack(Marker);

    readonly FollowedStream followed;
    readonly GZipStream unpacked;
    readonly byte[] buffer = new byte[(64 << 10) + Marker.Length];
    int start, end, markerBytes = Marker.Length;
    bool isAtEnd;

    public VerifiedGzipStream(Stream packed)
    {
        followed = new FollowedStream(packed, MarkerMember);
        unpacked = new GZipStream(followed, CompressionMode.Decompress);
    }

    public override int Read(Span<byte> destination)
    {
        while (end - start <= markerBytes && !isAtEnd) Took(unpacked.Read(FreeSpace().Span));
        return Give(destination);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        while (end - start <= markerBytes && !isAtEnd)
            Took(await unpacked.ReadAsync(FreeSpace(), cancellationToken).ConfigureAwait(false));
        return Give(destination.Span);
    }

    /// <summary>Bytes are given out only when a marker's length of others follows them.</summary>
    int Give(Span<byte> destination)
    {
        var count = Math.Min(destination.Length, end - start - markerBytes);
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
        // The last member was complete, and what GZipStream would not take for another one was padding.
        if (followed.IsInPadding) markerBytes = 0;
        else if (!buffer.AsSpan(start, end - start).SequenceEqual(Marker))
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
    /// <remarks>
    /// Zeros at the end of a file may be padding, as tapes and some tools leave it, or the end of the last member. They are given one by
    /// one, so that a reader who ends among them has shown that the member before was complete.
    /// </remarks>
    sealed class FollowedStream(Stream inner, byte[] after) : ForwardStream
    {
        readonly byte[] block = new byte[32 << 10];
        int start, end, position;
        long zerosBefore, heldZeros;
        bool isAtEnd;

        /// <summary>True once zeros at the end of the file are given.</summary>
        public bool IsInPadding { get; private set; }

        public override int Read(Span<byte> destination)
        {
            while (NeedsInput) Took(inner.Read(block));
            return Give(destination);
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken = default)
        {
            while (NeedsInput) Took(await inner.ReadAsync(block, cancellationToken).ConfigureAwait(false));
            return Give(destination.Span);
        }

        bool NeedsInput => start == end && !isAtEnd;

        void Took(int count)
        {
            isAtEnd = count == 0;
            var taken = block.AsSpan(0, count).TrimEnd((byte)0).Length;
            // Zeros that were held back come before these bytes.
            if (taken > 0) (start, end, zerosBefore, heldZeros) = (0, taken, heldZeros, 0);
            heldZeros += count - taken;
        }

        int Give(Span<byte> destination)
        {
            if (zerosBefore > 0)
            {
                var zeros = (int)Math.Min(destination.Length, zerosBefore);
                destination[..zeros].Clear();
                zerosBefore -= zeros;
                return zeros;
            }
            if (start < end)
            {
                var count = Math.Min(destination.Length, end - start);
                block.AsSpan(start, count).CopyTo(destination);
                start += count;
                return count;
            }
            if (heldZeros > 0)
            {
                IsInPadding = true;
                heldZeros--;
                destination[0] = 0;
                return 1;
            }
            IsInPadding = false;
            var rest = Math.Min(destination.Length, after.Length - position);
            after.AsSpan(position, rest).CopyTo(destination);
            position += rest;
            return rest;
        }
    }
}
