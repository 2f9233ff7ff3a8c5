using System.Diagnostics;
using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Reading;
using ShardyFusion.Stores;

namespace ShardyFusion.Measuring;

/// <summary>The measurement at one number of shards.</summary>
/// <param name="place">Where.</param>
/// <param name="shardCount">Shards of its snapshots.</param>
/// <param name="options">How.</param>
/// <param name="steps">Told at each step.</param>
/// <param name="cancellationToken">Cancels it.</param>
sealed class MeasureRun(MeasurePlace place, int shardCount, MeasureOptions options, MeasureSteps steps,
    CancellationToken cancellationToken)
{
    /// <summary>Different keys that are read warm: few enough to be fetched soon, enough to reach every one of many shards.</summary>
    const int MostWarmKeys = 2_000;

    static readonly TimeSpan CompilerTime = TimeSpan.FromMilliseconds(250);

    static readonly string[] RunIds = ["first", "second"];

    readonly SnapshotStore store = place.Store, mover = place.Mover;
    readonly Random random = new(shardCount);

    public async Task<IReadOnlyList<MeasureLine>> RunAsync()
    {
        var lines = new List<MeasureLine> { await WriteAsync().ConfigureAwait(false), await GetColdAsync().ConfigureAwait(false) };
        var keys = new object[Math.Min(MostWarmKeys, options.RowCount)];
        for (var i = 0; i < keys.Length; i++) keys[i] = random.NextInt64(options.RowCount);
        var reader = await OpenReaderAsync("warm").ConfigureAwait(false);
        await using var closeReader = reader.ConfigureAwait(false);
        await WarmAsync(reader, keys).ConfigureAwait(false);
        lines.Add(await GetWarmAsync(reader, keys).ConfigureAwait(false));
        lines.Add(await MultiGetAsync(reader, keys).ConfigureAwait(false));
        lines.Add(await RefreshAsync(reader).ConfigureAwait(false));
        lines.Add(await GetDuringRefreshAsync(reader, keys).ConfigureAwait(false));
        return lines;
    }

    Task<SnapshotReader> OpenReaderAsync(string cache) =>
        store.OpenReaderAsync(new ReaderOptions { Mode = options.Mode, CacheDirectory = Path.Combine(place.CacheFolder, cache) },
            cancellationToken);

    async Task<MeasureLine> WriteAsync()
    {
        Next("build");
        var tally = new MeasureTally(store, RunIds.Length);
        var value = new byte[options.ValueBytes];
        foreach (var runId in RunIds)
        {
            var start = tally.Start();
            var build = await store.StartBuildAsync(new BuildOptions { ShardCount = shardCount, RunId = runId }, null, cancellationToken)
                .ConfigureAwait(false);
            await using (build.ConfigureAwait(false))
            {
                for (var key = 0L; key < options.RowCount; key++)
                {
                    random.NextBytes(value);
                    build.Add(key, value);
                }
                await build.CompleteAsync(cancellationToken).ConfigureAwait(false);
            }
            tally.Stop(start);
        }
        return tally.Line(MeasuredOperation.Write, shardCount, options, (long)RunIds.Length * options.RowCount) with
        {
            P50 = null,
            P95 = null,
            P99 = null,
        };
    }

    async Task<MeasureLine> GetColdAsync()
    {
        Next("cold gets");
        // One ahead: the snapshot shall be cold, not this program's code.
        await GetColdAsync(new MeasureTally(store, 1), "cold").ConfigureAwait(false);
        var tally = new MeasureTally(store, options.ColdGets);
        for (var i = 0; i < options.ColdGets; i++) await GetColdAsync(tally, $"cold-{i}").ConfigureAwait(false);
        return tally.Line(MeasuredOperation.GetCold, shardCount, options, options.ColdGets);
    }

    async Task GetColdAsync(MeasureTally tally, string cache)
    {
        object key = random.NextInt64(options.RowCount);
        var start = tally.Start();
        var reader = await OpenReaderAsync(cache).ConfigureAwait(false);
        await using var closeReader = reader.ConfigureAwait(false);
        tally.Expect((await reader.GetAsync(key, cancellationToken).ConfigureAwait(false)).Found);
        tally.Stop(start);
    }

    async Task WarmAsync(SnapshotReader reader, object[] keys)
    {
        foreach (var some in keys.Chunk(500)) await reader.GetManyAsync(some, cancellationToken).ConfigureAwait(false);
        // By the way that is timed, and long enough for the compiler to have improved its code: lines shall compare snapshots, not the age
        // of the process.
        var started = Stopwatch.GetTimestamp();
        do
        {
            foreach (var key in keys) await reader.GetAsync(key, cancellationToken).ConfigureAwait(false);
        }
        while (Stopwatch.GetElapsedTime(started) < CompilerTime);
    }

    async Task<MeasureLine> GetWarmAsync(SnapshotReader reader, object[] keys)
    {
        Next("warm gets");
        var tally = new MeasureTally(store, options.WarmGets);
        for (var i = 0; i < options.WarmGets; i++)
        {
            var key = keys[random.Next(keys.Length)];
            var start = tally.Start();
            tally.Expect((await reader.GetAsync(key, cancellationToken).ConfigureAwait(false)).Found);
            tally.Stop(start);
        }
        return tally.Line(MeasuredOperation.GetWarm, shardCount, options, options.WarmGets);
    }

    async Task<MeasureLine> MultiGetAsync(SnapshotReader reader, object[] keys)
    {
        Next("gets of many keys");
        var batches = Math.Max(1, options.WarmGets / options.BatchSize);
        var tally = new MeasureTally(store, batches);
        var batch = new object[options.BatchSize];
        for (var i = 0; i < batches; i++)
        {
            for (var k = 0; k < batch.Length; k++) batch[k] = keys[random.Next(keys.Length)];
            var start = tally.Start();
            var results = await reader.GetManyAsync(batch, cancellationToken).ConfigureAwait(false);
            tally.Stop(start);
            foreach (var result in results) tally.Expect(result.Found);
        }
        return tally.Line(MeasuredOperation.MultiGet, shardCount, options, (long)batches * options.BatchSize);
    }

    async Task<MeasureLine> RefreshAsync(SnapshotReader reader)
    {
        Next("refreshes");
        var tally = new MeasureTally(store, options.Refreshes);
        for (var i = 0; i < options.Refreshes; i++)
        {
            await MovePointerAsync().ConfigureAwait(false);
            var start = tally.Start();
            var refresh = await reader.RefreshAsync(cancellationToken).ConfigureAwait(false);
            tally.Stop(start);
            tally.Expect(refresh.Changed);
        }
        return tally.Line(MeasuredOperation.Refresh, shardCount, options, options.Refreshes);
    }

    async Task<MeasureLine> GetDuringRefreshAsync(SnapshotReader reader, object[] keys)
    {
        Next($"gets by {options.Threads} threads during refreshes");
        await WarmAsync(reader, keys).ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var readers = Enumerable.Range(0, options.Threads).Select(n => new ReadingThread(reader, keys, n, stop.Token)).ToArray();
        var before = StoreUsage.Of(store.Counters);
        var started = Stopwatch.GetTimestamp();
        try
        {
            for (var i = 0; i < options.Refreshes; i++)
            {
                await MovePointerAsync().ConfigureAwait(false);
                await reader.RefreshAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(readers.Select(r => r.Ended)).ConfigureAwait(false);
        }
        cancellationToken.ThrowIfCancellationRequested();
        var duration = Stopwatch.GetElapsedTime(started);
        var latencies = MeasureTally.Sorted(readers.SelectMany(r => r.Latencies));
        var usage = StoreUsage.Of(store.Counters).Since(before);
        return MeasureTally.Line(MeasuredOperation.GetDuringRefresh, shardCount, options,
            new MeasuredTimes(readers.Sum(r => r.Count), duration, latencies), usage) with
        {
            Errors = readers.Sum(r => r.Errors),
        };
    }

    /// <summary>Makes the other snapshot current. Neither timed nor counted.</summary>
    async Task MovePointerAsync()
    {
        var current = (await mover.GetInfoAsync(SnapshotSelector.Current, cancellationToken).ConfigureAwait(false)).RunId;
        var plan = await mover.PlanRollbackAsync(new SnapshotSelector { RunId = RunIds.First(id => id != current) }, cancellationToken)
            .ConfigureAwait(false);
        await mover.RollbackAsync(plan, allowUnsafePointer: true, cancellationToken).ConfigureAwait(false);
    }

    void Next(string step) => steps.Next($"{shardCount} shards: {step}");

    /// <summary>A thread that gets keys until it is told to stop: a real one, since that is what is measured; so it waits where others
    /// await.</summary>
    sealed class ReadingThread
    {
        /// <summary>Times kept; later ones replace the oldest.</summary>
        const int MostLatencies = 1 << 16;

        readonly long[] ticks = new long[MostLatencies];
        readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ReadingThread(SnapshotReader reader, object[] keys, int seed, CancellationToken stop) =>
            new Thread(() => Read(reader, keys, new Random(seed), stop)) { IsBackground = true }.Start();

        public Task Ended => ended.Task;

        public long Count { get; private set; }

        public long Errors { get; private set; }

        public IEnumerable<long> Latencies => ticks.Take((int)Math.Min(Count, MostLatencies));

        void Read(SnapshotReader reader, object[] keys, Random random, CancellationToken stop)
        {
            try
            {
                do Get(reader, keys[random.Next(keys.Length)]);
                while (!stop.IsCancellationRequested);
                ended.SetResult();
            }
            catch (Exception unexpected)
            {
                ended.SetException(unexpected);
            }
        }

        void Get(SnapshotReader reader, object key)
        {
            var start = Stopwatch.GetTimestamp();
            try
            {
                if (!reader.GetAsync(key, CancellationToken.None).AsTask().GetAwaiter().GetResult().Found) Errors++;
            }
            catch (ShardyFusionException)
            {
                Errors++;
            }
            ticks[Count++ % MostLatencies] = Stopwatch.GetTimestamp() - start;
        }
    }
}
