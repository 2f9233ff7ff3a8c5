using ShardyFusion.Building.Input;
using ShardyFusion.Building.Sorting;
using ShardyFusion.Errors;
using ShardyFusion.Routing;

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
        Spill = new SpillFolder(options.SpillDirectory, runId);
        Duplicates = new DuplicateKeys(options.DuplicateKey, key => codec!.Display(key));
        if (options.KeyEncoding is { } encoding) Fix(KeyCodec.For(encoding));
    }

    public SpillFolder Spill { get; }

    public DuplicateKeys Duplicates { get; }

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

    /// <summary>A collector for one worker of several that share the memory budget.</summary>
    public RowCollector RentCollector(int workers)
    {
        lock (gate)
        {
            if (!idle.TryPop(out var collector)) collectors.Add(collector = new RowCollector(context!, options.ShardCount));
            collector.BudgetBytes = options.MemoryBudgetBytes / workers;
            return collector;
        }
    }

    /// <summary>Lets a table's rows stay where they are, if they may and can: what is stored as the key has to be the key's text, or eight
    /// bytes.</summary>
    /// <param name="rows">The table.</param>
    /// <param name="rowsBefore">Rows of the input before it.</param>
    /// <returns>The table's number, see <see cref="KeptRows"/>; null when its rows have to be copied.</returns>
    /// <remarks>Between two inputs only.</remarks>
    public int? Keep<TRows>(TRows rows, long rowsBefore) where TRows : IRowTable
    {
        // Without a number of shards rows are gone through once more, in their arrays.
        if (!rows.KeepsRows || rows.Count == 0 || options.ShardCount is null) return null;
        var encoding = CodecFor(rows.HasIntegerKeys ? 0L : "").Encoding;
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
        var rows = collectors.Sum(c => c.RowCount);
        var shardCount = options.ShardCount ?? (options.MaxKeysPerShard is { } most
            ? Derive(rows, most, "MaxKeysPerShard")
            : Derive(collectors.Sum(c => c.PayloadBytes), options.TargetShardBytes, "TargetShardBytes"));
        Fix(codec ?? KeyCodec.For(Routing.KeyEncoding.Utf8));
        router ??= ShardRouter.ForHash(shardCount, codec!.Encoding);
        await Parallel.ForEachAsync(collectors, cancellationToken, (collector, token) =>
        {
            token.ThrowIfCancellationRequested();
            if (!collector.IsDistributed) collector.Distribute(shardCount, router.RouteStored);
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

    static int Derive(long amount, long perShard, string option)
    {
        var count = Math.Max(1, (amount + perShard - 1) / perShard);
        return count <= 65_536
            ? (int)count
            : throw new ShardyFusionException(ErrorKind.ConfigValidation,
                $"{option} of {perShard} would make {count} shards; at most 65,536 are possible. Raise {option}.")
            { Target = option };
    }

    KeyCodec Fix(KeyCodec chosen)
    {
        if (codec is not null) return codec;
        context = new CollectorContext(Spill, Duplicates, chosen.FixedKeyBytes == 8);
        if (options.ShardCount is { } count) router = ShardRouter.ForHash(count, chosen.Encoding);
        Volatile.Write(ref codec, chosen);
        return chosen;
    }
}
