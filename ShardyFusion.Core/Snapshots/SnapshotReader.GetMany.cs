using System.Diagnostics;
using ShardyFusion.Errors;
using ShardyFusion.Reading;
using ShardyFusion.Sst;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Snapshots;

public sealed partial class SnapshotReader
{
    /// <summary>Shards that are asked at the same time when they have to be requested from the store.</summary>
    const int ParallelShards = 8;

    /// <summary>Finds many keys of one snapshot, grouped by shard.</summary>
    /// <param name="keys">Any keys, repeated ones too.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>One result per key, in their order.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardAssignment"/> with the first key that cannot be converted as target; else as <see cref="GetAsync"/>.</exception>
    public async Task<IReadOnlyList<LookupResult>> GetManyAsync(IReadOnlyList<object> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        using var pin = PinState();
        var prepared = new PreparedKey[keys.Count];
        for (var index = 0; index < prepared.Length; index++)
            prepared[index] = Prepare(pin.State.Keys, keys[index]);
        return await GetManyAsync(pin.State, prepared, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>As <see cref="GetManyAsync(IReadOnlyList{object}, CancellationToken)"/>, for keys that were prepared one by one.</summary>
    public async Task<IReadOnlyList<LookupResult>> GetManyAsync(IReadOnlyList<PreparedKey> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        using var pin = PinState();
        var prepared = new PreparedKey[keys.Count];
        for (var index = 0; index < prepared.Length; index++)
            prepared[index] = keys[index].Space == pin.State.Keys ? keys[index] : Prepare(pin.State.Keys, keys[index].Key);
        return await GetManyAsync(pin.State, prepared, cancellationToken).ConfigureAwait(false);
    }

    static async Task<LookupResult[]> GetManyAsync(ReaderState held, PreparedKey[] keys, CancellationToken cancellationToken)
    {
        using var activity = ShardyActivities.Start("get");
        activity?.SetTag("keys", keys.Length);
        var started = Stopwatch.GetTimestamp();
        var results = new LookupResult[keys.Length];
        var stored = new ReadOnlyMemory<byte>[keys.Length];
        var requested = new List<(ShardSlot Slot, int[] Which)>();
        foreach (var (shardId, which) in GroupByShard(keys))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var index in which)
                stored[index] = keys[index].Stored;
            if (held.SlotOf(shardId) is not { } slot)
                Fill(held, keys, which, results, static _ => LookupSource.Filter);
            else if (slot.TryGetMapped() is { } mapped)
                GetManyMapped(held, mapped, keys, stored, which, results);
            else
                requested.Add((slot, which));
        }
        if (requested.Count > 0)
        {
            await Parallel.ForEachAsync(requested, new ParallelOptions { MaxDegreeOfParallelism = ParallelShards, CancellationToken = cancellationToken },
                async (group, token) => await GetManyOpeningAsync(held, group.Slot, keys, stored, group.Which, results, token).ConfigureAwait(false)).ConfigureAwait(false);
        }
        ShardyMetrics.ReaderMultiGets.Add();
        ShardyMetrics.ReaderMultiGetKeys.Add(keys.Length);
        ShardyMetrics.ReaderMultiGetDuration.AddSince(started);
        return results;
    }

    static async Task GetManyOpeningAsync(ReaderState held, ShardSlot slot, PreparedKey[] keys, ReadOnlyMemory<byte>[] stored, int[] which,
        LookupResult[] results, CancellationToken cancellationToken)
    {
        var open = await slot.OpenAsync(cancellationToken).ConfigureAwait(false);
        if (open.Remote is not { } remote)
        {
            GetManyMapped(held, open, keys, stored, which, results);
            return;
        }
        var sources = Array.ConvertAll(which, index => open.SourceOf(keys[index].Stored));
        var values = await remote.GetManyAsync(Array.ConvertAll(which, index => stored[index]), cancellationToken).ConfigureAwait(false);
        for (var position = 0; position < which.Length; position++)
            results[which[position]] = Result(held, keys[which[position]], values[position]?.ToArray(), sources[position]);
    }

    static void GetManyMapped(ReaderState held, OpenShard open, PreparedKey[] keys, ReadOnlyMemory<byte>[] stored, int[] which, LookupResult[] results)
    {
        var found = new FoundValues(held, keys, results);
        open.Mapped!.GetMany(stored, which, ref found);
        Fill(held, keys, which, results, index => open.SourceOf(keys[index].Stored));
    }

    /// <summary>Adds the misses.</summary>
    static void Fill(ReaderState held, PreparedKey[] keys, int[] which, LookupResult[] results, Func<int, LookupSource> source)
    {
        foreach (var index in which)
            results[index] ??= Result(held, keys[index], null, source(index));
    }

    static IEnumerable<(int ShardId, int[] Which)> GroupByShard(PreparedKey[] keys)
    {
        var shardIds = new int[keys.Length];
        var which = new int[keys.Length];
        for (var index = 0; index < keys.Length; index++)
            (shardIds[index], which[index]) = (keys[index].ShardId, index);
        Array.Sort(shardIds, which);
        for (var start = 0; start < which.Length;)
        {
            var end = start + 1;
            while (end < which.Length && shardIds[end] == shardIds[start])
                end++;
            yield return (shardIds[start], which[start..end]);
            start = end;
        }
    }

    readonly struct FoundValues(ReaderState held, PreparedKey[] keys, LookupResult[] results) : IValueSink
    {
        public void OnValue(int keyIndex, ReadOnlySpan<byte> value) => results[keyIndex] = Result(held, keys[keyIndex], value.ToArray(), LookupSource.Disk);
    }
}
