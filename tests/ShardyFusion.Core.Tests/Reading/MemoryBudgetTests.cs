using System.Diagnostics;
using System.Globalization;
using System.Text;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Reading;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Core.Tests.Reading;

/// <summary>Blocks, indexes and filters of many shards within one budget, and shards that close when nobody needs them.</summary>
public sealed class MemoryBudgetTests : IDisposable
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>SHARDYFUSION_TEST_SHARDS and SHARDYFUSION_TEST_GETS set other numbers.</summary>
    static readonly int Shards = Number("SHARDYFUSION_TEST_SHARDS", 256), Gets = Number("SHARDYFUSION_TEST_GETS", 20_000);

    readonly SnapshotFixture snapshots = new();

    public void Dispose() => snapshots.Dispose();

    static int Number(string variable, int usual) =>
        int.Parse(Environment.GetEnvironmentVariable(variable) ?? $"{usual}", CultureInfo.InvariantCulture);

    Task<SnapshotReader> OpenAsync(BlockCache memory, ReadMode mode = ReadMode.Auto, TimeSpan? idleTime = null,
        TimeProvider? clock = null) =>
        new SnapshotStore(snapshots.Store, clock ?? snapshots.Clock)
            .OpenReaderAsync(new ReaderOptions { Mode = mode, Memory = memory, ShardIdleTime = idleTime }, Token);

    [Theory]
    [InlineData(ReadMode.Auto)]
    [InlineData(ReadMode.Range)]
    public async Task Get_RandomKeysOfManyShards_RightValuesWithinTheBudget(ReadMode mode)
    {
        var rows = Shards * 40;
        snapshots.Add("a", 1, SnapshotFixture.Rows(rows, "a"), numDbs: Shards);
        // Room for a quarter of the shards' metadata.
        var budget = Shards / 4 * 2400L;
        var memory = new BlockCache(budget);
        var reader = await OpenAsync(memory, mode);
        long most = 0;
        await Parallel.ForAsync(0, 4, Token, async (number, _) =>
        {
            var random = new Random(number);
            for (var get = 0; get < Gets / 4; get++)
            {
                var key = random.Next(rows);
                var result = await reader.GetAsync(key, Token);
                Assert.Equal($"a:{key}", Encoding.UTF8.GetString(result.Value!));
                InterlockedMax(ref most, memory.UsedBytes);
            }
        });
        Assert.InRange(most, budget / 2, budget);
        Assert.InRange(reader.OpenShardCount, 1, Shards / 3);
        Assert.InRange(OpenFiles.Mapped(snapshots.Path) ?? 0, 0, Shards / 2);
        await reader.DisposeAsync();
        Assert.Equal((0L, 0), (memory.UsedBytes, OpenFiles.Mapped(snapshots.Path) ?? 0));
        using var process = Process.GetCurrentProcess();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{mode}: {Shards} shards, {Gets} gets, budget {budget:N0}, most used {most:N0}, process peak "
                + $"{process.PeakWorkingSet64:N0} bytes.");
    }

    [Fact]
    public async Task Pin_WhileItsShardIsClosedForRoom_ReadsOnUntilItsEnd()
    {
        snapshots.Add("a", 1, SnapshotFixture.Rows(400, "a"), numDbs: 16);
        var memory = new BlockCache(1);
        await using var reader = await OpenAsync(memory);
        var seen = new List<string>();
        using (var pin = reader.Pin())
        {
            Assert.True(pin.TryGet(7, out var value));
            // Each opening closes the ones before it, the pinned one too; its file must stay mapped.
            for (ulong key = 0; key < 400; key++) Assert.NotNull(reader.Get(key));
            seen.Add(Encoding.UTF8.GetString(value));
            Assert.True(pin.TryGet(7, out value));
            seen.Add(Encoding.UTF8.GetString(value));
        }
        Assert.Equal(["a:7", "a:7"], seen);
        Assert.InRange(reader.OpenShardCount, 1, 4);
        Assert.InRange(OpenFiles.Mapped(snapshots.Path) ?? 0, 0, 4);
    }

    [Fact]
    public async Task Get_ThreadsOnTwoReadersOfOneTinyBudgetDuringRefreshes_RightValuesAndNothingStaysOpen()
    {
        snapshots.Add("a", 1, SnapshotFixture.Rows(400, "a"), numDbs: 16);
        snapshots.Add("b", 2, SnapshotFixture.Rows(400, "b"), numDbs: 24);
        var memory = new BlockCache(3 * 2400);
        SnapshotReader[] readers = [await OpenAsync(memory), await OpenAsync(memory, ReadMode.Range)];
        var stop = false;
        var threads = Enumerable.Range(0, 8).Select(number => Task.Run(async () =>
        {
            var random = new Random(number);
            while (!Volatile.Read(ref stop))
            {
                var key = random.Next(400);
                var result = await readers[number % 2].GetAsync(key, Token);
                Assert.Equal($"{result.RunId}:{key}", Encoding.UTF8.GetString(result.Value!));
            }
        }, Token)).ToArray();
        for (var round = 0; round < 60; round++)
        {
            snapshots.PointTo(SnapshotFixture.KeyOf(round % 2 == 0 ? "a" : "b", 1 + round % 2), round % 2 == 0 ? "a" : "b");
            foreach (var reader in readers) Assert.True((await reader.RefreshAsync(Token)).Changed);
            for (var key = 0; key < 400; key += 7) await readers[0].GetAsync(key, Token);
        }
        Volatile.Write(ref stop, true);
        await Task.WhenAll(threads);
        foreach (var reader in readers) await reader.DisposeAsync();
        Assert.Equal((0L, 0, 0), (memory.UsedBytes, OpenFiles.Mapped(snapshots.Path) ?? 0, OpenFiles.Handles(snapshots.Path) ?? 0));
    }

    [Theory]
    [InlineData(ReadMode.Auto)]
    [InlineData(ReadMode.Range)]
    public async Task IdleTime_ShardsNobodyAskedFor_CloseAndOpenAgain(ReadMode mode)
    {
        snapshots.Add("a", 1, SnapshotFixture.Rows(100, "a"), numDbs: 4);
        var clock = new SteppedClock();
        var memory = new BlockCache(1 << 20);
        await using var reader = await OpenAsync(memory, mode, TimeSpan.FromMinutes(10), clock);
        for (var key = 0; key < 100; key++) await reader.GetAsync(key, Token);
        Assert.Equal(4, reader.OpenShardCount);
        clock.Run(TimeSpan.FromMinutes(10));
        Assert.Equal(4, reader.OpenShardCount);
        var used = (await reader.GetAsync(1, Token)).ShardId;
        clock.Run(TimeSpan.FromMinutes(10));
        Assert.Equal(1, reader.OpenShardCount);
        Assert.InRange(OpenFiles.Mapped(snapshots.Path) ?? 0, 0, 1);
        Assert.Equal(used, (await reader.GetAsync(1, Token)).ShardId);
        for (var key = 0; key < 100; key++) Assert.Equal($"a:{key}", Encoding.UTF8.GetString((await reader.GetAsync(key, Token)).Value!));
        clock.Run(TimeSpan.FromMinutes(20));
        Assert.Equal((0, 0L), (reader.OpenShardCount, memory.UsedBytes));
    }

    [Fact]
    public async Task Reuse_FileChangedWhileItLayAside_IsOpenedAnew()
    {
        var manifest = snapshots.Add("a", 1, SnapshotFixture.Rows(100, "a"), numDbs: 1);
        var clock = new SteppedClock();
        await using var reader = await OpenAsync(new BlockCache(1 << 20), ReadMode.Auto, TimeSpan.FromMinutes(10), clock);
        Assert.NotNull(reader.Get(1));
        clock.Run(TimeSpan.FromMinutes(10));
        var path = snapshots.Store.LocalPath(manifest.Shards[0].ObjectKey)!;
        var copy = await File.ReadAllBytesAsync(path, Token);
        File.Delete(path);
        await File.WriteAllBytesAsync(path, copy, Token);
        File.SetLastWriteTimeUtc(path, new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal("a:1", Encoding.UTF8.GetString(reader.Get(1)!));
        Assert.Equal(1, OpenFiles.Mapped(snapshots.Path) ?? 1);
        Assert.Equal(1, reader.OpenShardCount);
    }

    static void InterlockedMax(ref long most, long value)
    {
        for (var seen = Volatile.Read(ref most); seen < value;)
        {
            var before = Interlocked.CompareExchange(ref most, value, seen);
            if (before == seen) return;
            seen = before;
        }
    }
}
