using System.Text;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Reading;
using ShardyFusion.Shards.Sst.Writing;

namespace ShardyFusion.Core.Tests.Reading;

/// <summary>Many threads on one reader while it moves between snapshots and closes.</summary>
public sealed class ReaderConcurrencyTests : IDisposable
{
    const int Threads = 16, Keys = 200;
    static CancellationToken Token => TestContext.Current.CancellationToken;
    readonly SnapshotFixture snapshots = new();

    public void Dispose() => snapshots.Dispose();

    /// <summary>Shard files of this fixture that are mapped into this process; null where nobody can tell.</summary>
    int? MappedFiles() => OpenFiles.Mapped(snapshots.Path);

    int? OpenHandles() => OpenFiles.Handles(snapshots.Path);

    static bool IsValueOf(ReadOnlySpan<byte> value, ulong key) =>
        value.SequenceEqual(Encoding.UTF8.GetBytes($"a:{key}")) || value.SequenceEqual(Encoding.UTF8.GetBytes($"b:{key}"));

    static Task RunThread(Action body) => Task.Factory.StartNew(body, Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    [Fact]
    public async Task Get_ManyThreadsDuringRefreshes_EveryValueIsOfOneOfBothAndNothingStaysOpen()
    {
        const int refreshes = 60;
        // Different numbers of shards and packed blocks in one of both, so that a mix-up of states would show.
        snapshots.Add("a", 1, SnapshotFixture.Rows(Keys, "a"), numDbs: 3);
        snapshots.Add("b", 2, SnapshotFixture.Rows(Keys, "b"), numDbs: 5, options: new SstOptions { Compression = ShardCompression.Lz4 });
        await using var reader = await snapshots.Open().OpenReaderAsync(new ReaderOptions(), Token);
        var stop = false;
        long gets = 0;
        var readers = Enumerable.Range(0, Threads).Select(number => RunThread(() =>
        {
            var random = new Random(number);
            long own = 0;
            while (!Volatile.Read(ref stop))
            {
                var key = (ulong)random.Next(Keys);
                using (var pin = reader.Pin())
                {
                    Assert.True(pin.TryGet(key, out var value), $"Key {key} was not found.");
                    Assert.True(IsValueOf(value, key));
                    // The whole pin reads one snapshot, whatever is current meanwhile.
                    var first = (char)value[0];
                    Assert.True(pin.TryGet((key + 1) % Keys, out var next));
                    Assert.Equal(first, (char)next[0]);
                }
                Assert.True(IsValueOf(reader.Get(key), key));
                own += 3;
            }
            Interlocked.Add(ref gets, own);
        })).ToArray();
        for (var round = 0; round < refreshes; round++)
        {
            var target = round % 2 == 0 ? ("a", 1) : ("b", 2);
            snapshots.PointTo(SnapshotFixture.KeyOf(target.Item1, target.Item2), target.Item1);
            Assert.True((await reader.RefreshAsync(Token)).Changed);
            await reader.GetManyAsync([1, 2, 3], Token);
        }
        Volatile.Write(ref stop, true);
        await Task.WhenAll(readers);
        Assert.True(gets > Threads * 3, $"Only {gets} gets ran.");
        Assert.InRange(MappedFiles() ?? 0, 0, 5);
        await reader.DisposeAsync();
        Assert.Equal(0, MappedFiles() ?? 0);
        Assert.Equal(0, OpenHandles() ?? 0);
    }

    [Fact]
    public async Task Dispose_WhileThreadsRead_EachFinishesOrIsToldAndNothingStaysOpen()
    {
        snapshots.Add("a", 1, SnapshotFixture.Rows(Keys, "a"));
        for (var round = 0; round < 20; round++)
        {
            var reader = await snapshots.Open().OpenReaderAsync(new ReaderOptions(), Token);
            using var start = new Barrier(5);
            var readers = Enumerable.Range(0, 4).Select(_ => RunThread(() =>
            {
                start.SignalAndWait();
                try
                {
                    for (ulong key = 0; ; key = (key + 1) % Keys)
                        Assert.True(IsValueOf(reader.Get(key), key));
                }
                catch (ShardyFusionException closed) when (closed.Kind == ErrorKind.ReaderState)
                {
                }
            })).ToArray();
            start.SignalAndWait(Token);
            reader.Dispose();
            await Task.WhenAll(readers);
            Assert.Equal(0, MappedFiles() ?? 0);
        }
    }

    [Fact]
    public async Task Pin_HeldAcrossRefresh_KeepsItsSnapshotUntilDisposed()
    {
        snapshots.Add("a", 1, SnapshotFixture.Rows(Keys, "a"), numDbs: 1);
        await using var reader = await snapshots.Open().OpenReaderAsync(new ReaderOptions(), Token);
        reader.Get(0);
        snapshots.Add("b", 2, SnapshotFixture.Rows(Keys, "b"), numDbs: 1);
        UnderPin(reader, () => RefreshNow(reader), () => MappedFiles());
        Assert.Equal(0, MappedFiles() ?? 0);
        Assert.Equal("b:7", Encoding.UTF8.GetString(reader.Get(7)!));

        static void UnderPin(SnapshotReader reader, Action refresh, Func<int?> mapped)
        {
            using var pin = reader.Pin();
            refresh();
            Assert.Equal("b", reader.Info.RunId);
            Assert.Equal("a", pin.RunId);
            Assert.True(pin.TryGet(7, out var value));
            Assert.Equal("a:7", Encoding.UTF8.GetString(value));
            Assert.Equal(1, mapped() ?? 1);
        }
    }

    // A pin cannot live across an await, so this one refresh is waited for by a thread of its own.
    static void RefreshNow(SnapshotReader reader)
    {
        var thread = new Thread(() => reader.RefreshAsync(CancellationToken.None).GetAwaiter().GetResult());
        thread.Start();
        thread.Join();
    }

    [Fact]
    public async Task Get_FirstUseByManyThreads_ShardIsMappedOnce()
    {
        snapshots.Add("a", 1, SnapshotFixture.Rows(Keys, "a"), numDbs: 1);
        await using var reader = await snapshots.Open().OpenReaderAsync(new ReaderOptions(), Token);
        using var start = new Barrier(Threads);
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => RunThread(() =>
        {
            start.SignalAndWait();
            Assert.NotNull(reader.Get(5));
        })));
        Assert.Equal(1, MappedFiles() ?? 1);
    }

    [Fact]
    public async Task Get_RangedManyTasksDuringRefreshes_EveryValueIsOfOneOfBoth()
    {
        snapshots.Add("a", 1, SnapshotFixture.Rows(Keys, "a"), numDbs: 3);
        snapshots.Add("b", 2, SnapshotFixture.Rows(Keys, "b"), numDbs: 4);
        await using var reader = await snapshots.Open().OpenReaderAsync(new ReaderOptions { Mode = ReadMode.Range }, Token);
        var stop = false;
        var readers = Enumerable.Range(0, Threads).Select(number => Task.Run(async () =>
        {
            var random = new Random(number);
            while (!Volatile.Read(ref stop))
            {
                var key = random.Next(Keys);
                var result = await reader.GetAsync(key, Token);
                Assert.Equal($"{result.RunId}:{key}", Encoding.UTF8.GetString(result.Value!));
            }
        }, Token)).ToArray();
        for (var round = 0; round < 60; round++)
        {
            var target = round % 2 == 0 ? ("a", 1) : ("b", 2);
            snapshots.PointTo(SnapshotFixture.KeyOf(target.Item1, target.Item2), target.Item1);
            await reader.RefreshAsync(Token);
        }
        Volatile.Write(ref stop, true);
        await Task.WhenAll(readers);
    }
}
