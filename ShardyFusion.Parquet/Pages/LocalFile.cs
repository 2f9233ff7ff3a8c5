using Microsoft.Win32.SafeHandles;

namespace ShardyFusion.Parquet.Pages;

/// <summary>A file of this machine.</summary>
sealed class LocalFile(SafeFileHandle handle) : IFileBytes
{
    public long Length { get; } = RandomAccess.GetLength(handle);

    public int ReadBytes => 64 << 10;

    public void Read(long offset, Memory<byte> target)
    {
        while (!target.IsEmpty)
        {
            var count = RandomAccess.Read(handle, target.Span, offset);
            if (count == 0) throw new EndOfStreamException("it became shorter while it was read");
            target = target[count..];
            offset += count;
        }
    }

    public void Dispose() => handle.Dispose();
}
