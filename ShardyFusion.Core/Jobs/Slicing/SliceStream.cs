using Microsoft.Win32.SafeHandles;

namespace ShardyFusion.Jobs.Slicing;

/// <summary>A part of a file behind what comes before the first row of the file, so that the part reads like a file of its own.</summary>
sealed class SliceStream(SafeFileHandle file, byte[] preamble, long start, long end) : Stream
{
    long position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => preamble.Length + end - start;

    public override long Position { get => position; set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        if (position < preamble.Length)
        {
            var part = preamble.AsSpan((int)position)[..(int)Math.Min(buffer.Length, preamble.Length - position)];
            part.CopyTo(buffer);
            position += part.Length;
            return part.Length;
        }
        var at = start + position - preamble.Length;
        var read = RandomAccess.Read(file, buffer[..(int)Math.Min(buffer.Length, end - at)], at);
        if (read == 0 && at < end && buffer.Length > 0) throw new EndOfStreamException($"The file ended {end - at} bytes early.");
        position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken) : new(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) file.Dispose();
        base.Dispose(disposing);
    }
}
