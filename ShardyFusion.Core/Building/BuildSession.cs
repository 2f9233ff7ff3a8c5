using ShardyFusion.Building.Input;
using ShardyFusion.Building.Placing;
using ShardyFusion.Building.Sorting;
using ShardyFusion.Errors;
using ShardyFusion.Routing;
using ShardyFusion.Routing.Cel;

namespace ShardyFusion.Building;

/// <summary>What the workers of one build share: key encoding, routing and memory. Safe for concurrent callers.</summary>
sealed class BuildSession : IDisposable
{
    readonly BuildOptions options;
    readonly Lock gate = new();
    readonly List<RowCollector> collectors = [];
    readonly Stack<RowCollector> idle = new();
    KeyCodec? codec;
    ShardRouter? router;
    CollectorContext? context;

    public BuildSession(BuildOptions options, string runId)
    {
        this.options = options;
        Placement = RowPlacement.Of(options);
        Spill = new SpillFolder(options.SpillDirectory, runId);
        Duplicates = new DuplicateKeys(options.DuplicateKey, key => codec!.Display(key));
        if (Placement.KeyEncoding is { } encoding) Fix(KeyCodec.For(encoding));
    }

    public SpillFolder Spill { get; }

    public DuplicateKeys Duplicates { get; }

    /// <summary>How rows find their shards.</summary>
    public RowPlacement Placement { get; }

    /// <summary>All collectors opened so far; stable once the input has ended.</summary>
    public IReadOnlyList<RowCollector> Collectors => collectors;

    /// <summary>The key encoding; null before the first key when it is inferred.</summary>
    public KeyEncoding? KeyEncoding => Volatile.Read(ref codec)?.Encoding;

    /// <summary>The codec, inferred from <paramref name="firstKey"/> when nothing is known yet.</summary>
    public KeyCodec CodecFor(object? firstKey)
    {
        if (Volatile.Read(ref codec) is { } known) return known;
        lock (gate) return codec ?? Fix(KeyCodec.For(KeyCodec.Infer(firstKey)));
    }

    /// <summary>The shard of a stored key; 0 while the number of shards is unknown.</summary>
    public int Route(ReadOnlySpan<byte> storedKey) => router?.RouteStored(storedKey) ?? 0;

    /// <summary>The shard of a row whose columns have to be looked at.</summary>
    /// <param name="storedKey">The key.</param>
    /// <param name="columns">From <see cref="RowPlacement.CreateColumns"/>.</param>
    /// <param name="dbId">The shard; undefined on failure.</param>
    /// <param name="reason">Why it has none, as a sentence that names the key and a column; null on success.</param>
    /// <returns>False when it has none.</returns>
    public bool TryRoute(ReadOnlySpan<byte> storedKey, CelColumns columns, out int dbId, out string? reason)
    {
        if (((CelRouter)router!).TryRouteStored(storedKey, columns, out dbId, out reason)) return true;
        reason = $"Key {KeyFaults.Show(codec!.Decode(storedKey))} has no shard: {reason}.";
        return false;
    }

    /// <summary>The error of a row that <see cref="TryRoute"/> refused.</summary>
    public static RowException NoShard(long ordinal, string reason, object? key) => new(ErrorKind.ShardAssignment, ordinal, reason)
    {
        Target = key,
        RecommendedAction = "Correct the row, or the expression that places it; the row-error policy can skip such rows.",
    };

    /// <summary>A collector for one worker of several that share the memory budget.</summary>
    public RowCollector RentCollector(int workers)
    {
        lock (gate)
        {
            if (!idle.TryPop(out var collector)) collectors.Add(collector = NewCollector());
            collector.BudgetBytes = options.MemoryBudgetBytes / workers;
            return collector;
        }
    }

    // The first shard is there from the beginning: rows are then indexed as they come, and shards that are new are added.
    RowCollector NewCollector() => new(context!, router is null ? null : Placement.ShardCount ?? 1) { Sample = Placement.Sample };

    /// <summary>Lets a table's rows stay where they are, if they may and can: what is stored as the key has to be the key's text, or eight
    /// bytes.</summary>
    /// <param name="rows">The table.</param>
    /// <param name="rowsBefore">Rows of the input before it.</param>
    /// <returns>The table's number, see <see cref="KeptRows"/>; null when its rows have to be copied.</returns>
    /// <remarks>Between two inputs only.</remarks>
    public int? Keep<TRows>(TRows rows, long rowsBefore) where TRows : IRowTable
    {
        if (!rows.KeepsRows || rows.Count == 0) return null;
        var encoding = CodecFor(rows.HasIntegerKeys ? 0L : "").Encoding;
        // Rows that wait for their shards are gone through once more, in their arrays.
        if (router is null) return null;
        var isKeyKnown = context!.FixedEightByteKeys || (!rows.HasIntegerKeys && encoding is Routing.KeyEncoding.Utf8
            or Routing.KeyEncoding.Raw);
        if (!isKeyKnown || context.Kept.Count == KeptRows.MostTables) return null;
        context.Kept.Add(new KeptRows<TRows>(rows, rowsBefore));
        return context.Kept.Count - 1;
    }

    /// <summary>Gives a collector back, with its rows, for the next worker.</summary>
    public void ReturnCollector(RowCollector collector)
    {
        lock (gate) idle.Push(collector);
    }

    /// <summary>Ends the input: decides the number of shards, gives every row its shard.</summary>
    /// <returns>The number of shards.</returns>
    public async Task<int> DistributeAsync(CancellationToken cancellationToken)
    {
        Fix(codec ?? KeyCodec.For(Routing.KeyEncoding.Utf8));
        router = Placement.End(codec!.Encoding, collectors);
        var shardCount = router.NumDbs;
        await Parallel.ForEachAsync(collectors, cancellationToken, (collector, token) =>
        {
            token.ThrowIfCancellationRequested();
            if (collector.IsDistributed) collector.Prepare(shardCount);
            else collector.Distribute(shardCount, router.RouteStored);
            collector.Seal();
            return ValueTask.CompletedTask;
        }).ConfigureAwait(false);
        return shardCount;
    }

    public void Dispose()
    {
        var heldBytes = collectors.Sum(c => c.PayloadBytes);
        foreach (var collector in collectors) collector.Dispose();
        collectors.Clear();
        idle.Clear();
        context?.Arrays.Clear();
        Spill.Dispose();
        // Large arrays outlive their use until the next full collection, which an idle session may not see for hours; the next
        // build would then need as much again. Arrays of bytes hold no references, so this takes milliseconds.
        if (heldBytes > 64 << 20) GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    KeyCodec Fix(KeyCodec chosen)
    {
        if (codec is not null) return codec;
        context = new CollectorContext(Spill, Duplicates, chosen.FixedKeyBytes == 8);
        router = Placement.Begin(chosen.Encoding);
        Volatile.Write(ref codec, chosen);
        return chosen;
    }
}
