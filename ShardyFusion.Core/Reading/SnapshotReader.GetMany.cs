using System.Diagnostics;
using ShardyFusion.Errors;
using ShardyFusion.Routing;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Reading;

public sealed partial class SnapshotReader
{
    /// <summary>Shards that are asked at the same time when they have to be requested from the store.</summary>
    const int ParallelShards = 8;

    /// <summary>Finds many keys of one snapshot, grouped by shard.</summary>
    /// <param name="keys">Any keys, repeated ones too.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>One result per key, in their order.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardAssignment"/> with the first key that cannot be converted as
    /// target; else as <see cref="GetAsync(object, CancellationToken)"/>.</exception>
    public Task<IReadOnlyList<LookupResult>> GetManyAsync(IReadOnlyList<object> keys, CancellationToken cancellationToken) =>
        GetManyAsync(keys, null, cancellationToken);

    /// <summary>As <see cref="GetManyAsync(IReadOnlyList{object}, CancellationToken)"/>, with the columns that the snapshot's expression
    /// reads beside the keys.</summary>
    public async Task<IReadOnlyList<LookupResult>> GetManyAsync(IReadOnlyList<object> keys, RoutingContext? context,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        using var pin = PinState();
        using var batch = new PreparedBatch(keys.Count);
        for (var index = 0; index < batch.Count; index++)
            batch.Keys[index] = Prepare(pin.State.Keys, keys[index], context);
        return await GetManyAsync(pin.State, batch, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>As <see cref="GetManyAsync(IReadOnlyList{object}, CancellationToken)"/>, for keys that were prepared one by one.</summary>
    public async Task<IReadOnlyList<LookupResult>> GetManyAsync(IReadOnlyList<PreparedKey> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        using var pin = PinState();
        using var batch = new PreparedBatch(keys.Count);
        for (var index = 0; index < batch.Count; index++)
        {
            var key = keys[index];
            batch.Keys[index] = key.Space == pin.State.Keys ? key : Prepare(pin.State.Keys, key.Key, key.Context);
        }
        return await GetManyAsync(pin.State, batch, cancellationToken).ConfigureAwait(false);
    }

    static async Task<LookupResult[]> GetManyAsync(ReaderState held, PreparedBatch batch, CancellationToken cancellationToken)
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
                GetManyMapped(held, mapped, batch, which, results);
            else
                requested.Add((slot, which));
        }
        if (requested.Count > 0)
        {
            await Parallel.ForEachAsync(requested, new ParallelOptions
            {
                MaxDegreeOfParallelism = ParallelShards,
                CancellationToken = cancellationToken
            },
                async (group, token) => await GetManyOpeningAsync(held, group, batch, results, token)
                .ConfigureAwait(false)).ConfigureAwait(false);
        }
        ShardyMetrics.ReaderMultiGets.Add();
        ShardyMetrics.ReaderMultiGetKeys.Add(batch.Count);
        ShardyMetrics.ReaderMultiGetDuration.AddSince(started);
        return results;
    }

    static async Task GetManyOpeningAsync(ReaderState held, (ShardSlot Slot, ReadOnlyMemory<int> Which) group, PreparedBatch batch,
        LookupResult[] results, CancellationToken cancellationToken)
    {
        var open = await group.Slot.OpenAsync(cancellationToken).ConfigureAwait(false);
        if (open.Remote is not { } remote)
        {
            GetManyMapped(held, open, batch, group.Which, results);
            return;
        }
        var which = group.Which.ToArray();
        var sources = Array.ConvertAll(which, index => open.SourceOf(batch.Keys[index].Stored));
        var values = await remote.GetManyAsync(Array.ConvertAll(which, index => batch.Stored[index]), cancellationToken)
            .ConfigureAwait(false);
        for (var position = 0; position < which.Length; position++)
            results[which[position]] = Result(held, batch.Keys[which[position]], values[position]?.ToArray(), sources[position]);
    }

    static void GetManyMapped(ReaderState held, OpenShard open, PreparedBatch batch, ReadOnlyMemory<int> which, LookupResult[] results)
    {
        var found = new FoundValues(held, batch.Keys, results);
        open.Mapped!.GetMany(batch.Stored, which.Span, ref found);
        Fill(held, batch, which, results, open);
    }

    /// <summary>Adds the misses of a shard; null for one without rows.</summary>
    static void Fill(ReaderState held, PreparedBatch batch, ReadOnlyMemory<int> which, LookupResult[] results, OpenShard? open)
    {
        foreach (var index in which.Span)
            results[index] ??= Result(held, batch.Keys[index], null, open?.SourceOf(batch.Keys[index].Stored) ?? LookupSource.Filter);
    }

    readonly struct FoundValues(ReaderState held, PreparedKey[] keys, LookupResult[] results) : IValueSink
    {
        public void OnValue(int keyIndex, ReadOnlySpan<byte> value) =>
            results[keyIndex] = Result(held, keys[keyIndex], value.ToArray(), LookupSource.Disk);
    }
}
