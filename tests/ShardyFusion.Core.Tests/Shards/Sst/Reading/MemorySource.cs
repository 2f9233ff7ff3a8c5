using System.Collections.Concurrent;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Core.Tests.Shards.Sst.Reading;

/// <summary>A shard file in memory that counts its reads.</summary>
sealed class MemorySource(byte[] file, string name = "memory.sst") : IShardSource
{
    public ConcurrentQueue<(long Offset, int Length)> Reads { get; } = new();

    /// <summary>Waited for before each read is answered; null for at once.</summary>
    public Func<CancellationToken, Task>? Gate { get; set; }

    public string Name => name;

    public long Length => file.Length;

    public async ValueTask<int> ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        Reads.Enqueue((offset, destination.Length));
        if (Gate is { } gate)
            await gate(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        var count = (int)Math.Clamp(file.Length - offset, 0, destination.Length);
        file.AsMemory((int)Math.Min(offset, file.Length), count).CopyTo(destination);
        return count;
    }
}
