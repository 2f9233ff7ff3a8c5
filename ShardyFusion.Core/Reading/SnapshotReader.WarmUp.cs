using System.Globalization;
using ShardyFusion.Errors;
using ShardyFusion.Stores.Limits;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Reading;

public sealed partial class SnapshotReader
{
    /// <summary>Opens every shard now instead of at its first use, and reads what else the options ask for.</summary>
    /// <param name="options">How much, how fast.</param>
    /// <param name="progress">Told after each shard, from any thread; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>What is ready. Where memory has no room for all, a <see cref="WarmUpReport.Shortfall"/> says so.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>; <see cref="ErrorKind.ShardCorrupt"/>,
    /// <see cref="ErrorKind.SnapshotIncomplete"/>, <see cref="ErrorKind.ReaderState"/>, or a failure of the store: the first one ends
    /// it.</exception>
    /// <remarks>Shards that nobody asks for close again after <see cref="ReaderOptions.ShardIdleTime"/>.</remarks>
    public async Task<WarmUpReport> WarmUpAsync(WarmUpOptions options, IProgress<ShardProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } faults)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(' ', faults));
        var startedAt = timeProvider.GetTimestamp();
        using var pin = PinState();
        var held = pin.State;
        var slots = held.Slots.ToArray();
        var warmUp = new ShardWarmUp(RateLimit.Create(options.MaxReadsPerSecond, options.MaxReadBytesPerSecond, timeProvider));
        Func<ShardSlot, CancellationToken, Task>[] steps = options.Level == WarmUpLevel.Full ? [warmUp.OpenAsync, warmUp.LoadAsync]
            : [warmUp.OpenAsync];
        var done = 0;
        foreach (var step in steps)
        {
            await Parallel.ForEachAsync(slots, new ParallelOptions
            {
                MaxDegreeOfParallelism = options.Parallelism,
                CancellationToken = cancellationToken
            }, async (slot, token) =>
            {
                await step(slot, token).ConfigureAwait(false);
                progress?.Report(new ShardProgress(Interlocked.Increment(ref done) / steps.Length, slots.Length, 0, warmUp.BytesRead));
            }).ConfigureAwait(false);
        }
        var openShards = slots.Count(static slot => slot.IsOpen);
        return new WarmUpReport
        {
            Prefix = store.Root,
            RunId = held.RunId,
            ManifestRef = held.Loaded.Ref,
            Level = options.Level,
            ShardCount = slots.Length,
            OpenShardCount = openShards,
            BytesRead = warmUp.BytesRead,
            Duration = timeProvider.GetElapsedTime(startedAt),
            Shortfall = Shortfall(slots, openShards, warmUp.LeftOut),
        };
    }

    static string? Shortfall(ShardSlot[] slots, int openShards, int leftOut)
    {
        if (openShards == slots.Length && leftOut == 0)
            return null;
        var what = openShards < slots.Length ? string.Create(CultureInfo.InvariantCulture,
            $"Only {openShards:N0} of {slots.Length:N0} shards could be kept open")
            : string.Create(CultureInfo.InvariantCulture, $"The blocks of {leftOut:N0} of {slots.Length:N0} shards were not all read");
        return string.Create(CultureInfo.InvariantCulture,
            $"{what}: the memory budget is {slots[0].Memory.BudgetBytes >> 20:N0} MiB. Set {SharedBlockCache.BudgetVariable} before the process starts.");
    }
}
