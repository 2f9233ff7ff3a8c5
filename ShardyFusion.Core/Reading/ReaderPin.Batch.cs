using ShardyFusion.Errors;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Reading;

public ref partial struct ReaderPin
{
    /// <summary>Finds many integer keys, shard by shard, asking for the memory of later ones while looking at earlier ones.</summary>
    /// <param name="keys">The keys, repeated ones too.</param>
    /// <param name="sink">Is called once per key that was found, in no particular order; a value is valid during the call.</param>
    /// <exception cref="ShardyFusionException">As <see cref="TryGet(ulong, out ReadOnlySpan{byte})"/>;
    /// <see cref="ErrorKind.ShardAssignment"/> before any key is looked up.</exception>
    /// <remarks>Allocates nothing for batches of up to 4,096 keys once the thread has seen one of that size.</remarks>
    public readonly void GetMany<TSink>(ReadOnlySpan<ulong> keys, ref TSink sink) where TSink : IValueSink
    {
        var held = Held;
        var scratch = BatchScratch.Rent(keys.Length);
        FindMany(held, scratch, scratch.Encode(keys, held.Keys), ref sink);
        scratch.Return();
    }

    /// <summary>Finds many keys given as their stored bytes; else as
    /// <see cref="GetMany{TSink}(ReadOnlySpan{ulong}, ref TSink)"/>.</summary>
    public readonly void GetMany<TSink>(ReadOnlySpan<ReadOnlyMemory<byte>> storedKeys, ref TSink sink) where TSink : IValueSink
    {
        var held = Held;
        var scratch = BatchScratch.Rent(storedKeys.Length);
        scratch.Route(storedKeys, held.Keys.Router);
        FindMany(held, scratch, storedKeys, ref sink);
        scratch.Return();
    }

    static void FindMany<TSink>(ReaderState held, BatchScratch scratch, ReadOnlySpan<ReadOnlyMemory<byte>> storedKeys, ref TSink sink)
        where TSink : IValueSink
    {
        if (GetCounting.IsOn)
        {
            ShardyMetrics.ReaderMultiGets.Add();
            ShardyMetrics.ReaderMultiGetKeys.Add(storedKeys.Length);
        }
        for (var groups = scratch.GroupByShard(storedKeys.Length, held.Keys.Router.NumDbs); groups.MoveNext();)
            held.SlotOf(groups.ShardId)?.GetMany(storedKeys, groups.Which, ref sink);
    }
}
