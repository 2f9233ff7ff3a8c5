using System.Text;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Reading;
using ShardyFusion.Shards.SlateDb.Format;
using ShardyFusion.Shards.SlateDb.Reading;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Files;

namespace ShardyFusion.Core.Tests.Shards.SlateDb;

public sealed class SlateShardTests(ITestOutputHelper output) : IDisposable
{
    readonly TempFolder folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    static byte[] Key(int number) => Encoding.ASCII.GetBytes($"key-{number:D6}");

    static byte[] Value(int number) => Encoding.ASCII.GetBytes($"value {number} {new string('x', number % 90)}");

    static IEnumerable<WrittenRow> Rows(IEnumerable<int> numbers, ulong sequence) =>
        numbers.Select(number => new WrittenRow(Key(number), Value(number), sequence));

    async Task<SlateShard> OpenAsync(IObjectStore? store = null, BlockCache? cache = null) => await SlateShard.OpenAsync(
        new SlateFiles(new StoreShardFiles(store ?? new FileObjectStore(folder.Path)), ""), cache ?? new BlockCache(64 << 20),
        SlateReadOptions.Default, Token);

    static async Task<long> RequestsOfAsync(FileObjectStore store, Func<Task> action)
    {
        var before = store.Counters.Gets + store.Counters.Heads + store.Counters.Lists;
        await action();
        return store.Counters.Gets + store.Counters.Heads + store.Counters.Lists - before;
    }

    [Fact]
    public async Task Get_RowsInOneTable_CostsOneRequestWarmAndNoneCachedOrFiltered()
    {
        var writer = new SlateWriter { LastTableSequence = 1 };
        writer.AddLevel0(Rows(Enumerable.Range(0, 5000).Select(n => 2 * n), 1));
        writer.WriteTo(folder.Path);
        var objects = new FileObjectStore(folder.Path);
        SlateShard? opened = null;
        // The listing, the manifest, the table's end.
        Assert.Equal(3, await RequestsOfAsync(objects, async () => opened = await OpenAsync(objects)));
        using var shard = opened!;
        Assert.Equal(BlockPlace.Source, shard.WhereIs(Key(4000)));
        Assert.Equal(1, await RequestsOfAsync(objects, async () =>
            Assert.True((await shard.GetAsync(Key(4000), Token)).GetValueOrDefault().Span.SequenceEqual(Value(4000)))));
        Assert.Equal(BlockPlace.Cache, shard.WhereIs(Key(4000)));
        Assert.Equal(0, await RequestsOfAsync(objects, async () => Assert.NotNull(await shard.GetAsync(Key(4002), Token))));
        var filtered = 0;
        for (var number = 1; number < 2000; number += 2)
            filtered += await RequestsOfAsync(objects, async () => Assert.Null(await shard.GetAsync(Key(number), Token))) == 0 ? 1 : 0;
        Assert.InRange(filtered, 960, 1000);
        output.WriteLine($"counts: open 3 requests, a lookup 1, from a cached block 0; {filtered} of 1000 absent keys without a request");
    }

    [Fact]
    public async Task GetMany_KeysOfManyBlocks_ReadsNeighboursTogether()
    {
        var writer = new SlateWriter { LastTableSequence = 1 };
        writer.AddLevel0(Rows(Enumerable.Range(0, 20_000), 1));
        writer.WriteTo(folder.Path);
        var store = new FileObjectStore(folder.Path);
        using var shard = await OpenAsync(store);
        ReadOnlyMemory<byte>[] keys =
            [.. Enumerable.Range(0, 300).Select(n => (ReadOnlyMemory<byte>)Key(n * 10)), Key(19_999), Key(20_001)];
        ReadOnlyMemory<byte>?[] values = [];
        // One for the first blocks, one for that at the end.
        Assert.Equal(2, await RequestsOfAsync(store, async () => values = await shard.GetManyAsync(keys, Token)));
        for (var i = 0; i < 300; i++)
            Assert.True(values[i]!.Value.Span.SequenceEqual(Value(i * 10)));
        Assert.NotNull(values[300]);
        Assert.Null(values[301]);
    }

    [Fact]
    public async Task Load_AllChunks_LeavesNothingToRead()
    {
        var writer = new SlateWriter { LastTableSequence = 2, Codec = SlateCodec.Lz4 };
        writer.AddLevel0(Rows(Enumerable.Range(0, 3000), 2));
        writer.AddRun(Rows(Enumerable.Range(3000, 1000), 1), Rows(Enumerable.Range(5000, 1000), 1));
        writer.WriteTo(folder.Path);
        var store = new FileObjectStore(folder.Path);
        using var shard = await OpenAsync(store);
        var bytes = 0L;
        foreach (var chunk in shard.Parts(64 << 10))
            bytes += await shard.LoadAsync(chunk, Token);
        Assert.Equal(0, await RequestsOfAsync(store, async () =>
        {
            for (var number = 0; number < 6000; number++)
                Assert.Equal(number is < 4000 or >= 5000, await shard.GetAsync(Key(number), Token) is not null);
        }));
        Assert.InRange(bytes, 1, shard.StoredBytes);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public async Task Read_RandomWritesInEveryPlace_EqualsAModel(int codec, bool hasPrefixFilter)
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var model = new SortedDictionary<int, byte[]?>();
        var sequence = 0UL;
        var writer = new SlateWriter { BlockBytes = 200, Codec = (SlateCodec)codec, HasPrefixFilter = hasPrefixFilter };
        // Oldest first; the manifest lists the newest first.
        var parts = Enumerable.Range(0, 6).Select(_ => Enumerable.Range(0, random.Next(1, 400)).Select(_ =>
        {
            var number = random.Next(500);
            var value = random.Next(4) == 0 ? null : Encoding.ASCII.GetBytes($"{number} at {sequence}");
            model[number] = value;
            return new WrittenRow(Key(number), value, ++sequence);
        }).ToArray()).ToArray();
        writer.LastTableSequence = parts[3][^1].Sequence;
        writer.AddLevel0(parts[3]);
        writer.AddLevel0(parts[2]);
        foreach (var run in new[] { parts[1], parts[0] })
            writer.AddRun([.. run.GroupBy(row => row.Key[^3] / 2).OrderBy(group => group.Key).Select(group => group.AsEnumerable())]);
        writer.AddWal(parts[4]);
        writer.AddWal(parts[5]);
        writer.WriteTo(folder.Path);
        using var shard = await OpenAsync();
        foreach (var number in Enumerable.Range(0, 500))
        {
            var value = await shard.GetAsync(Key(number), Token);
            var expected = model.GetValueOrDefault(number);
            Assert.True(expected is null ? value is null : value is { } found && found.Span.SequenceEqual(expected), $"key {number}");
        }
        foreach (var (bounds, first, last) in new[] { (KeyRange.All, 0, 499), (KeyRange.Between(Key(100), Key(399)), 100, 399) })
        {
            var rows = model.Where(row => row.Value is not null && row.Key >= first && row.Key <= last);
            var scanned = await shard.ScanAsync(bounds, 1 << 16, Token).ToListAsync(Token);
            Assert.Equal(rows.Select(row => Encoding.ASCII.GetString(row.Value!)),
                scanned.Select(row => Encoding.ASCII.GetString(row.Value.Span)));
        }
    }

    [Fact]
    public async Task Get_ManyThreadsWithASmallCache_EveryAnswerIsRight()
    {
        var writer = new SlateWriter { LastTableSequence = 1, Codec = SlateCodec.Zstd };
        writer.AddLevel0(Rows(Enumerable.Range(0, 20_000), 1));
        writer.WriteTo(folder.Path);
        using var shard = await OpenAsync(cache: new BlockCache(200 << 10));
        await Parallel.ForEachAsync(Enumerable.Range(0, 8), Token, async (worker, token) =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 3000; i++)
            {
                var number = random.Next(25_000);
                var value = await shard.GetAsync(Key(number), token);
                Assert.True(number < 20_000 ? value!.Value.Span.SequenceEqual(Value(number)) : value is null);
            }
        });
    }

    [Fact]
    public async Task Open_ManifestOrFileOfALaterVersion_NamesTheVersion()
    {
        var writer = new SlateWriter { LastTableSequence = 1 };
        writer.AddLevel0(Rows([1, 2], 1));
        writer.WriteTo(folder.Path);
        var manifest = Directory.GetFiles(folder["manifest"])[0];
        var bytes = await File.ReadAllBytesAsync(manifest, Token);
        await File.WriteAllBytesAsync(manifest, [0, 3, .. bytes.AsSpan(2)], Token);
        var error = await Assert.ThrowsAsync<ShardCorruptException>(() => OpenAsync());
        Assert.Contains("manifest of version 3", error.Message, StringComparison.Ordinal);
        await File.WriteAllBytesAsync(manifest, bytes, Token);
        var table = Directory.GetFiles(folder["compacted"])[0];
        bytes = await File.ReadAllBytesAsync(table, Token);
        await File.WriteAllBytesAsync(table, [.. bytes.AsSpan(..^1), 7], Token);
        error = await Assert.ThrowsAsync<ShardCorruptException>(() => OpenAsync());
        Assert.Contains("format 7", error.Message, StringComparison.Ordinal);
        Assert.Equal(bytes.Length - 10, error.Offset);
    }

    [Fact]
    public async Task Open_FieldsOfALaterRelease_AreLeftAlone()
    {
        var writer = new SlateWriter { LastTableSequence = 1 };
        writer.AddLevel0(Rows([1, 2], 1));
        writer.WriteTo(folder.Path, fields => fields[17] = "prefix of six"u8.ToArray());
        using (var known = await OpenAsync())
            Assert.NotNull(await known.GetAsync(Key(1), Token));
        using var later = new TempFolder();
        var other = new SlateWriter { LastTableSequence = 1 };
        other.AddLevel0(Rows([1, 2], 1));
        other.WriteTo(later.Path);
        var manifest = Directory.GetFiles(later["manifest"])[0];
        var fields = new object?[21];
        (fields[2], fields[20]) = ((byte)1, "of a later release"u8.ToArray());
        await File.WriteAllBytesAsync(manifest, [0, 2, .. FlatWriter.Write(fields)], Token);
        using var shard = await SlateShard.OpenAsync(
            new SlateFiles(new StoreShardFiles(new FileObjectStore(later.Path)), ""), new BlockCache(0),
            SlateReadOptions.Default, Token);
        Assert.Null(await shard.GetAsync(Key(1), Token));
    }

    [Fact]
    public async Task Open_UnfinishedCloneForeignLogOrNothing_SaysSo()
    {
        await ExpectAsync(ErrorKind.SnapshotIncomplete, "no SlateDB manifest");
        new SlateWriter().WriteTo(folder.Path, fields => fields[2] = null);
        await ExpectAsync(ErrorKind.SnapshotIncomplete, "a clone that is not finished");
        new SlateWriter().WriteTo(folder.Path, fields => fields[5] = 4UL);
        await ExpectAsync(ErrorKind.ShardCorrupt, "the last one is 0");
        var manifest = folder["manifest/00000000000000000001.manifest"];
        var fields = new object?[16];
        (fields[2], fields[13]) = ((byte)1, "s3://elsewhere/wal"u8.ToArray());
        await File.WriteAllBytesAsync(manifest, [0, 1, .. FlatWriter.Write(fields)], Token);
        await ExpectAsync(ErrorKind.ShardCorrupt, "lie in another store ('s3://elsewhere/wal')");
    }

    [Fact]
    public async Task Open_FileMissing_NamesIt()
    {
        var writer = new SlateWriter { LastTableSequence = 1 };
        writer.AddLevel0(Rows([1, 2], 1));
        foreach (var sequence in new[] { 2UL, 3UL, 4UL })
            writer.AddWal(Rows([(int)sequence], sequence));
        writer.WriteTo(folder.Path);
        var log = folder["wal/00000000000000000002.sst"];
        File.Move(log, log + ".aside");
        await ExpectAsync(ErrorKind.SnapshotIncomplete, "wal/00000000000000000002.sst' is missing");
        File.Move(log + ".aside", log);
        var table = Directory.GetFiles(folder["compacted"])[0];
        File.Delete(table);
        await ExpectAsync(ErrorKind.SnapshotIncomplete, $"compacted/{Path.GetFileName(table)}' is missing");
    }

    [Fact]
    public async Task Open_LogFileCutToNothing_IsNoFence()
    {
        var writer = new SlateWriter();
        writer.AddFence();
        writer.AddWal(Rows([1], 1));
        writer.AddWal(Rows([2], 2));
        writer.AddWal(Rows([3], 3));
        writer.WriteTo(folder.Path);
        using (var shard = await OpenAsync())
            Assert.NotNull(await shard.GetAsync(Key(2), Token));
        await File.WriteAllBytesAsync(folder["wal/00000000000000000004.sst"], [], Token);
        await ExpectAsync(ErrorKind.ShardCorrupt, "only 1 writers left such a file");
        new SlateWriter().WriteTo(folder.Path, fields => (fields[3], fields[6]) = (9UL, 4UL));
        await File.WriteAllBytesAsync(folder["wal/00000000000000000003.sst"], [], Token);
        writer.AddWal(Rows([4], 4));
        writer.WriteTo(folder.Path, fields => fields[3] = 9UL);
        await File.WriteAllBytesAsync(folder["wal/00000000000000000003.sst"], [], Token);
        await ExpectAsync(ErrorKind.ShardCorrupt, "sequence numbers 2 to 2");
    }

    [Fact]
    public async Task Get_MergeOperand_IsReportedWithKeyFileAndOffset()
    {
        var writer = new SlateWriter { LastTableSequence = 2 };
        writer.AddLevel0([new WrittenRow(Key(1), [1], 1), new WrittenRow(Key(1), [2], 2, IsMerge: true), new WrittenRow(Key(2), [3], 1)]);
        writer.WriteTo(folder.Path);
        using var shard = await OpenAsync();
        var error = await Assert.ThrowsAsync<ShardCorruptException>(async () => await shard.GetAsync(Key(1), Token));
        Assert.Contains("merge operand", error.Message, StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexStringLower(Key(1)), error.Message, StringComparison.Ordinal);
        Assert.Equal(0, error.Offset);
        Assert.True((await shard.GetAsync(Key(2), Token))!.Value.Span.SequenceEqual((byte[])[3]));
    }

    [Fact]
    public async Task Get_DisposedOrNotLocal_IsAReaderStateError()
    {
        var writer = new SlateWriter { LastTableSequence = 1 };
        writer.AddLevel0(Rows([1, 2], 1));
        writer.WriteTo(folder.Path);
        var shard = await OpenAsync(new SlowStore(folder.Path));
        Assert.Equal(ErrorKind.ReaderState, Assert.Throws<ShardyFusionException>(() => shard.TryGet(Key(1), out _)).Kind);
        Assert.NotNull(await shard.GetAsync(Key(1), Token));
        Assert.True(shard.TryGet(Key(1), out _));
        shard.Dispose();
        Assert.Equal(ErrorKind.ReaderState,
            (await Assert.ThrowsAsync<ShardyFusionException>(async () => await shard.GetAsync(Key(1), Token))).Kind);
    }

    async Task ExpectAsync(ErrorKind kind, string part)
    {
        var error = await Assert.ThrowsAnyAsync<ShardyFusionException>(() => OpenAsync());
        Assert.Equal(kind, error.Kind);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Answers later, as stores that are not local do.</summary>
    sealed class SlowStore(string folder) : DelegatingStore(new FileObjectStore(folder))
    {
        public override async ValueTask<int> GetRangeAsync(string key, long offset, Memory<byte> destination,
            CancellationToken cancellationToken)
        {
            await Task.Yield();
            return await Inner.GetRangeAsync(key, offset, destination, cancellationToken);
        }
    }
}
