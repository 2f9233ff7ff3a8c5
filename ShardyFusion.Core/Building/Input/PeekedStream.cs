namespace ShardyFusion.Building.Input;

/// <summary>Lets the first bytes of a stream be seen before it is read. Does not own the stream.</summary>
sealed class PeekedStream(Stream inner) : ForwardStream
{
    const int PeekBytes = 4096;

    byte[] head = [];
    int position;

    /// <summary>The first bytes, up to 4 KiB; all of them when the stream is shorter.</summary>
    public async Task<byte[]> PeekAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[PeekBytes];
        // WaitAsync: a read from a terminal or pipe does not heed the token, and a cancelled build must not wait for a key press.
        var count = await inner.ReadAtLeastAsync(buffer, PeekBytes, throwOnEndOfStream: false, cancellationToken)
            .AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        return head = buffer[..count];
    }

    /// <summary>Drops some of the peeked bytes.</summary>
    public void Skip(int count) => position += count;

    public override int Read(Span<byte> buffer)
    {
        if (position == head.Length) return inner.Read(buffer);
        var count = Math.Min(buffer.Length, head.Length - position);
        head.AsSpan(position, count).CopyTo(buffer);
        position += count;
        return count;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        position == head.Length ? inner.ReadAsync(buffer, cancellationToken) : ValueTask.FromResult(Read(buffer.Span));
}
