using System.Buffers;

namespace ShardyFusion.Reading;

/// <summary>Keys that are looked up together, in pooled arrays that may be longer than <see cref="Count"/>.</summary>
/// <param name="count">How many there are.</param>
sealed class PreparedBatch(int count) : IDisposable
{
    readonly int[] shardIds = ArrayPool<int>.Shared.Rent(count), order = ArrayPool<int>.Shared.Rent(count);

    /// <summary>How many there are.</summary>
    public int Count => count;

    /// <summary>The keys, for the owner to fill in.</summary>
    public PreparedKey[] Keys { get; } = ArrayPool<PreparedKey>.Shared.Rent(count);

    /// <summary>Their stored bytes, once they are grouped.</summary>
    public ReadOnlyMemory<byte>[] Stored { get; } = ArrayPool<ReadOnlyMemory<byte>>.Shared.Rent(count);

    /// <summary>Indexes of the keys of each shard that any belongs to; valid until disposal.</summary>
    public IEnumerable<(int ShardId, ReadOnlyMemory<int> Which)> GroupByShard()
    {
        for (var index = 0; index < count; index++)
        {
            Stored[index] = Keys[index].Stored;
            (shardIds[index], order[index]) = (Keys[index].ShardId, index);
        }
        Array.Sort(shardIds, order, 0, count);
        for (var start = 0; start < count;)
        {
            var end = start + 1;
            while (end < count && shardIds[end] == shardIds[start])
                end++;
            yield return (shardIds[start], order.AsMemory(start, end - start));
            start = end;
        }
    }

    /// <summary>Gives the arrays back; nobody may look at them any more.</summary>
    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(shardIds);
        ArrayPool<int>.Shared.Return(order);
        Keys.AsSpan(0, count).Clear();
        ArrayPool<PreparedKey>.Shared.Return(Keys);
        Stored.AsSpan(0, count).Clear();
        ArrayPool<ReadOnlyMemory<byte>>.Shared.Return(Stored);
    }
}
