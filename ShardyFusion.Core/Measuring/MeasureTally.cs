using System.Diagnostics;
using ShardyFusion.Stores;

namespace ShardyFusion.Measuring;

/// <summary>Times and requests of calls that are made one after the other.</summary>
sealed class MeasureTally(SnapshotStore store, int calls)
{
    readonly List<long> ticks = new(calls);
    StoreUsage usage = new(0, 0, 0, 0, 0, 0, 0, 0);
    StoreUsage? usageAtStart;
    long errors;

    public long Start()
    {
        usageAtStart = StoreUsage.Of(store.Counters);
        return Stopwatch.GetTimestamp();
    }

    public void Stop(long start)
    {
        ticks.Add(Stopwatch.GetTimestamp() - start);
        usage = usage.Plus(StoreUsage.Of(store.Counters).Since(usageAtStart!));
    }

    public void Expect(bool isRight)
    {
        if (!isRight) errors++;
    }

    public MeasureLine Line(MeasuredOperation operation, int shardCount, MeasureOptions options, long count) =>
        Line(operation, shardCount, options, new MeasuredTimes(count, Stopwatch.GetElapsedTime(0, ticks.Sum()), Sorted(ticks)), usage) with
        {
            Errors = errors,
        };

    public static MeasureLine Line(MeasuredOperation operation, int shardCount, MeasureOptions options, MeasuredTimes times,
        StoreUsage usage) => new()
        {
            Operation = operation,
            ShardCount = shardCount,
            Count = times.Count,
            Duration = times.Duration,
            P50 = Percentile(times.Sorted, 50),
            P95 = Percentile(times.Sorted, 95),
            P99 = Percentile(times.Sorted, 99),
            Requests = usage,
            EstimatedCost = options.Prices?.EstimateCost(usage),
        };

    public static long[] Sorted(IEnumerable<long> ticks)
    {
        var sorted = ticks.ToArray();
        Array.Sort(sorted);
        return sorted;
    }

    /// <summary>The smallest time that at least so many percent of all do not exceed.</summary>
    /// <param name="sorted">At least one, ascending, in ticks of <see cref="Stopwatch"/>.</param>
    /// <param name="percent">1..100.</param>
    internal static TimeSpan Percentile(long[] sorted, int percent) =>
        Stopwatch.GetElapsedTime(0, sorted[(int)((((long)sorted.Length * percent) + 99) / 100) - 1]);
}

/// <summary>What was timed.</summary>
/// <param name="Count">Calls, rows or keys.</param>
/// <param name="Duration">Of all together.</param>
/// <param name="Sorted">At least one time of a call, ascending, in ticks of <see cref="Stopwatch"/>.</param>
sealed record MeasuredTimes(long Count, TimeSpan Duration, long[] Sorted);
