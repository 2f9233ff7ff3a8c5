using ShardyFusion.Building.Input;
using ShardyFusion.Stores;

namespace ShardyFusion.Parquet.Pages;

/// <summary>An object of a bucket or container, read in ranges.</summary>
/// <remarks>Pages are decoded on threads that do nothing else, so a read waits for its answer there.</remarks>
sealed class RemoteFile(RemoteInput input, string name, ObjectInfo info) : IFileBytes
{
    public long Length => info.SizeBytes;

    public int ReadBytes => 4 << 20;

    public void Read(long offset, Memory<byte> target) =>
        input.ReadAsync(name, offset, target, CancellationToken.None).GetAwaiter().GetResult();

    public void Dispose()
    {
    }
}
