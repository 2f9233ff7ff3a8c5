using System.Globalization;
using ShardyFusion.Errors;
using ShardyFusion.Stores.Limits;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Reading;

/// <summary>Opens the shards of one state of a reader ahead of their use.</summary>
sealed class ReaderWarmUp(ReaderContext context, ReaderState held)
{
    /// <inheritdoc cref="SnapshotReader.WarmUpAsync"/>
    public async Task<WarmUpReport> RunAsync(WarmUpOptions options, IProgress<ShardProgress>? progress, CancellationToken cancellationToken)
    {
        var startedAt = context.Clock.GetTimestamp();
        var slots = held.Slots.ToArray();
        var warmUp = new ShardWarmUp(RateLimit.Create(options.MaxReadsPerSecond, options.MaxReadBytesPerSecond, context.Clock));
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
            Prefix = context.Store.Root,
            RunId = held.RunId,
            ManifestRef = held.Loaded.Ref,
            Level = options.Level,
            ShardCount = slots.Length,
            OpenShardCount = openShards,
            BytesRead = warmUp.BytesRead,
            Duration = context.Clock.GetElapsedTime(startedAt),
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
            $"{what}: the memory budget is {slots[0].Memory.BudgetBytes >> 20:N0} MiB. Set {SharedBlockCache.BudgetVariable} before "
                + $"the process starts.");
    }
}
