using System.Diagnostics;
using System.Globalization;
using System.Text;
using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Reading;
using ShardyFusion.Shards.Sst.Writing;
using static ShardyFusion.Core.Tests.S3.S3Prefix;

namespace ShardyFusion.Core.Tests.S3;

/// <summary>64 threads on one reader of a real server, while it moves to and fro between two snapshots.</summary>
public sealed class RefreshUnderLoadTests(S3Server server)
{
    const int Threads = 64, Refreshes = 50, Rows = 2_000;

    /// <summary>Gets of each thread; SHARDYFUSION_TEST_GETS sets another number.</summary>
    static readonly int Gets = int.Parse(Environment.GetEnvironmentVariable("SHARDYFUSION_TEST_GETS") ?? "10000",
        CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(ReadMode.Range)]
    [InlineData(ReadMode.Download)]
    public async Task Get_64ThreadsDuring50Refreshes_EveryValueIsOfItsSnapshotAndNothingStaysOpen(ReadMode mode)
    {
        using var cache = new TempFolder();
        await using var prefix = await CreateAsync(server);
        // Another number of shards and packed blocks in one of both, so that a mix-up of states would show.
        string[] runs =
        [
            (await PublishAsync(prefix.Direct, Enumerable.Range(0, Rows), "a:", new BuildOptions { ShardCount = 3 })).RunId,
            (await PublishAsync(prefix.Direct, Enumerable.Range(0, Rows), "b:",
            new BuildOptions { ShardCount = 5, Shard = new SstOptions { Compression = ShardCompression.Lz4 } })).RunId,
        ];
        var reader = await prefix.Direct.OpenReaderAsync(new ReaderOptions { Mode = mode, CacheDirectory = cache.Path }, Token);
        var watch = Stopwatch.StartNew();
        // Each thread spreads its gets over all refreshes, or 64 of them would leave the refreshes no processor.
        var refreshed = Enumerable.Range(0, Refreshes).Select(static _ => new ManualResetEventSlim()).ToArray();
        var threads = Enumerable.Range(0, Threads).Select(number => Task.Factory.StartNew(() =>
        {
            var random = new Random(number);
            for (var round = 0; round < Refreshes; round++)
            {
                for (var get = 0; get < Gets / Refreshes; get++)
                {
                    var key = random.Next(Rows);
                    var pending = reader.GetAsync(key, Token);
                    var result = pending.IsCompletedSuccessfully ? pending.Result : pending.AsTask().GetAwaiter().GetResult();
                    var text = result.RunId == runs[0] ? "a:" : "b:";
                    Assert.Equal(text + key.ToString(CultureInfo.InvariantCulture), result.Value is null ? null
                        : Encoding.UTF8.GetString(result.Value));
                }
                refreshed[round].Wait(Token);
            }
        }, Token, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        try
        {
            for (var round = 0; round < Refreshes; round++)
            {
                var target = new SnapshotSelector { RunId = runs[round % 2] };
                await prefix.Direct.RollbackAsync(await prefix.Direct.PlanRollbackAsync(target, Token), false, Token);
                var moved = await reader.RefreshAsync(Token);
                Assert.Equal((true, target.RunId), (moved.Changed, moved.To));
                refreshed[round].Set();
            }
        }
        finally
        {
            foreach (var round in refreshed) round.Set();
        }
        await Task.WhenAll(threads);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Threads * Gets:N0} gets and {Refreshes} refreshes in {watch.Elapsed.TotalSeconds:0.0} s");

        await reader.DisposeAsync();
        Assert.Equal(0, OpenFiles.Mapped(cache.Path) ?? 0);
        Assert.Equal(0, OpenFiles.Handles(cache.Path) ?? 0);
        Assert.Equal(mode == ReadMode.Download ? 8 : 0, Directory.Exists(cache.Path) ? Directory.GetFiles(cache.Path).Length : 0);
    }
}
