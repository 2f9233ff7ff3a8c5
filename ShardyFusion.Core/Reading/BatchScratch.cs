using System.Buffers.Binary;
using ShardyFusion.Routing;

namespace ShardyFusion.Reading;

/// <summary>Arrays that a thread's batched gets reuse, so that they allocate nothing once grown.</summary>
sealed class BatchScratch
{
    /// <summary>Larger batches get arrays of their own: a thread must not hold on to the largest it ever saw.</summary>
    const int KeepKeys = 4096;

    [ThreadStatic] static BatchScratch? kept;

    int[] shardIds = [], order = [], which = [], starts = [];
    byte[] keyBytes = [];
    ReadOnlyMemory<byte>[] keys = [];

    /// <summary>The calling thread's arrays, large enough. Not to be used by two batches at once: <see cref="Return"/> ends the
    /// use.</summary>
    public static BatchScratch Rent(int keyCount)
    {
        var scratch = kept ?? new BatchScratch();
        // A receiver that starts another batch on this thread gets arrays of its own.
        kept = null;
        if (scratch.shardIds.Length < keyCount)
        {
            scratch.shardIds = new int[keyCount];
            scratch.order = new int[keyCount];
            scratch.which = new int[keyCount];
        }
        return scratch;
    }

    /// <summary>Ends the use.</summary>
    public void Return()
    {
        if (shardIds.Length <= KeepKeys && starts.Length <= KeepKeys)
            kept = this;
    }

    /// <summary>Encodes and routes integer keys.</summary>
    public ReadOnlySpan<ReadOnlyMemory<byte>> Encode(ReadOnlySpan<ulong> integers, KeySpace space)
    {
        const int maxIntegerKeyBytes = 20;
        if (keys.Length < integers.Length)
        {
            keys = new ReadOnlyMemory<byte>[integers.Length];
            keyBytes = new byte[integers.Length * maxIntegerKeyBytes];
        }
        for (int index = 0, at = 0; index < integers.Length; index++)
        {
            var key = integers[index];
            var stored = keyBytes.AsSpan(at);
            int length;
            if (space.HasLongKeys && (long)key >= 0)
            {
                BinaryPrimitives.WriteUInt64BigEndian(stored, key);
                length = sizeof(ulong);
                shardIds[index] = space.Router.Route((long)key);
            }
            else
            {
                length = space.Codec.EncodeU64(key, stored);
                shardIds[index] = space.Router.RouteStored(stored[..length]);
            }
            keys[index] = keyBytes.AsMemory(at, length);
            at += length;
        }
        return keys.AsSpan(0, integers.Length);
    }

    /// <summary>Routes stored keys.</summary>
    public void Route(ReadOnlySpan<ReadOnlyMemory<byte>> storedKeys, ShardRouter router)
    {
        for (var index = 0; index < storedKeys.Length; index++)
            shardIds[index] = router.RouteStored(storedKeys[index].Span);
    }

    /// <summary>Groups the indexes of routed keys by shard.</summary>
    public Groups GroupByShard(int count, int numDbs)
    {
        if (numDbs <= 4 * count)
            CountingSort(count, numDbs);
        else
            ComparisonSort(count);
        return new Groups(order.AsSpan(0, count), which.AsSpan(0, count));
    }

    void CountingSort(int count, int numDbs)
    {
        if (starts.Length <= numDbs)
            starts = new int[numDbs + 1];
        var places = starts.AsSpan(0, numDbs + 1);
        places.Clear();
        for (var index = 0; index < count; index++)
            places[shardIds[index] + 1]++;
        for (var shard = 1; shard < places.Length; shard++)
            places[shard] += places[shard - 1];
        for (var index = 0; index < count; index++)
        {
            var place = places[shardIds[index]]++;
            which[place] = index;
            order[place] = shardIds[index];
        }
    }

    void ComparisonSort(int count)
    {
        shardIds.AsSpan(0, count).CopyTo(order);
        for (var index = 0; index < count; index++)
            which[index] = index;
        order.AsSpan(0, count).Sort(which.AsSpan(0, count));
    }

    /// <summary>Key indexes in order of their shards.</summary>
    public ref struct Groups(ReadOnlySpan<int> shardIds, ReadOnlySpan<int> which)
    {
        readonly ReadOnlySpan<int> shardIds = shardIds;
        readonly ReadOnlySpan<int> which = which;
        int start, end;

        /// <summary>The group's shard.</summary>
        public readonly int ShardId => shardIds[start];

        /// <summary>The indexes of its keys.</summary>
        public readonly ReadOnlySpan<int> Which => which[start..end];

        /// <summary>Goes to the next group.</summary>
        public bool MoveNext()
        {
            start = end;
            if (start == shardIds.Length)
                return false;
            while (end < shardIds.Length && shardIds[end] == shardIds[start])
                end++;
            return true;
        }
    }
}
