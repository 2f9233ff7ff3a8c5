using System.Diagnostics;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Reading;

/// <summary>Looks up many keys in a state of a reader, shard by shard.</summary>
static class BatchLookup
{
    /// <summary>Shards that are asked at the same time when they have to be requested from the store.</summary>
    const int ParallelShards = 8;

    /// <summary>Finds the keys of a batch.</summary>
    /// <returns>One result per key, in their order.</returns>
    public static async Task<LookupResult[]> FindAsync(ReaderState held, PreparedBatch batch, CancellationToken cancellationToken)
    {
        using var activity = ShardyActivities.Start("get");
        activity?.SetTag("keys", batch.Count);
        var started = Stopwatch.GetTimestamp();
        var results = new LookupResult[batch.Count];
        var requested = new List<(ShardSlot Slot, ReadOnlyMemory<int> Which)>();
        foreach (var (shardId, which) in batch.GroupByShard())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (held.SlotOf(shardId) is not { } slot)
                Fill(held, batch, which, results, null);
            else if (slot.TryGetMapped() is { } mapped)
                FindMapped(held, mapped, batch, which, results);
            else
                requested.Add((slot, which));
        }
        if (requested.Count > 0)
        {
            var limits = new ParallelOptions { MaxDegreeOfParallelism = ParallelShards, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(requested, limits, async (group, token) =>
                await FindOpeningAsync(held, group, batch, results, token).ConfigureAwait(false)).ConfigureAwait(false);
        }
        ShardyMetrics.ReaderMultiGets.Add();
        ShardyMetrics.ReaderMultiGetKeys.Add(batch.Count);
        ShardyMetrics.ReaderMultiGetDuration.AddSince(started);
        return results;
    }

    static async Task FindOpeningAsync(ReaderState held, (ShardSlot Slot, ReadOnlyMemory<int> Which) group, PreparedBatch batch,
        LookupResult[] results, CancellationToken cancellationToken)
    {
        var open = await group.Slot.OpenAsync(cancellationToken).ConfigureAwait(false);
        if (open.Remote is not { } remote)
        {
            FindMapped(held, open, batch, group.Which, results);
            return;
        }
        var which = group.Which.ToArray();
        var sources = Array.ConvertAll(which, index => open.SourceOf(batch.Keys[index].Stored));
        var values = await remote.GetManyAsync(Array.ConvertAll(which, index => batch.Stored[index]), cancellationToken)
            .ConfigureAwait(false);
        for (var position = 0; position < which.Length; position++)
            results[which[position]] = KeyLookup.Result(held, batch.Keys[which[position]], values[position]?.ToArray(), sources[position]);
    }

    static void FindMapped(ReaderState held, OpenShard open, PreparedBatch batch, ReadOnlyMemory<int> which, LookupResult[] results)
    {
        var found = new FoundValues(held, batch.Keys, results);
        open.Mapped!.GetMany(batch.Stored, which.Span, ref found);
        Fill(held, batch, which, results, open);
    }

    /// <summary>Adds the misses of a shard; null for one without rows.</summary>
    static void Fill(ReaderState held, PreparedBatch batch, ReadOnlyMemory<int> which, LookupResult[] results, OpenShard? open)
    {
        foreach (var index in which.Span)
            results[index] ??= KeyLookup.Result(held, batch.Keys[index], null, open?.SourceOf(batch.Keys[index].Stored)
                ?? LookupSource.Filter);
    }

    readonly struct FoundValues(ReaderState held, PreparedKey[] keys, LookupResult[] results) : IValueSink
    {
        public void OnValue(int keyIndex, ReadOnlySpan<byte> value) =>
            results[keyIndex] = KeyLookup.Result(held, keys[keyIndex], value.ToArray(), LookupSource.Disk);
    }
}
