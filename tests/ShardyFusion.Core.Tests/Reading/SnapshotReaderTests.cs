using System.Text;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Reading;
using ShardyFusion.Routing;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Core.Tests.Reading;

/// <summary>Keys in, values out, on one snapshot.</summary>
public sealed class SnapshotReaderTests : IDisposable
{
    static CancellationToken Token => TestContext.Current.CancellationToken;
    readonly SnapshotFixture snapshots = new();
    readonly FaultyStore store;

    public SnapshotReaderTests() => store = new FaultyStore(snapshots.Store);

    public void Dispose() => snapshots.Dispose();

    Task<SnapshotReader> OpenAsync(ReaderOptions? options = null) =>
        snapshots.Open(store).OpenReaderAsync(options ?? new ReaderOptions(), Token);

    static string? Text(byte[]? value) => value is null ? null : Encoding.UTF8.GetString(value);

    public static TheoryData<ReadMode> Modes => [ReadMode.Auto, ReadMode.Range];

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Get_EveryKeyAndSomeOthers_FoundOrNot(ReadMode mode)
    {
        snapshots.Add("a", 1, SnapshotFixture.Rows(500));
        await using var reader = await OpenAsync(new ReaderOptions { Mode = mode });
        for (var key = 0; key < 500; key++)
        {
            var result = await reader.GetAsync(key, Token);
            Assert.Equal((true, $"v:{key}", "a", reader.ResolveShard(key)),
                (result.Found, Text(result.Value), result.RunId, result.ShardId));
            Assert.Equal((key, ValueEncoding.Utf8), (result.Key, result.ValueEncoding));
        }
        for (var key = 500; key < 600; key++)
            Assert.Equal((false, null), ((await reader.GetAsync(key, Token)).Found, (await reader.GetAsync(key, Token)).Value));
    }

    [Fact]
    public async Task Open_AnySnapshot_TwoRequestsAndNoShard()
    {
        snapshots.Add("a", 1);
        await using var reader = await OpenAsync();
        Assert.Equal([(StoreOperation.Get, SnapshotPaths.CurrentKey), (StoreOperation.Get, SnapshotFixture.KeyOf("a", 1))], store.Calls);
        Assert.Equal(("a", 4, 100L), (reader.Info.RunId, reader.Info.ShardCount, reader.Info.RowCount));
    }

    [Fact]
    public async Task Get_OneKey_TouchesOneShard()
    {
        var manifest = snapshots.Add("a", 1);
        await using var reader = await OpenAsync();
        foreach (var other in manifest.Shards.Where(shard => shard.DbId != reader.ResolveShard(42)))
            snapshots.DeleteObject(other.ObjectKey);
        Assert.Equal("a:42", Text((await reader.GetAsync(42, Token)).Value));
    }

    [Fact]
    public async Task Get_ColdThenWarmRanged_FourRequestsThenOneThenNone()
    {
        snapshots.Add("a", 1, SnapshotFixture.Rows(4000), numDbs: 1);
        await using var reader = await OpenAsync(new ReaderOptions { Mode = ReadMode.Range });
        var cold = await reader.GetAsync(1, Token);
        Assert.Equal((LookupSource.Store, 4), (cold.Source, store.Calls.Count));
        var warmShard = await reader.GetAsync(3999, Token);
        Assert.Equal((LookupSource.Store, 5), (warmShard.Source, store.Calls.Count));
        var warmBlock = await reader.GetAsync(3999, Token);
        Assert.Equal((LookupSource.Cache, 5), (warmBlock.Source, store.Calls.Count));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Get_Misses_FilterSaysSoWithoutRequests(ReadMode mode)
    {
        snapshots.Add("a", 1, SnapshotFixture.Rows(400), numDbs: 1);
        await using var reader = await OpenAsync(new ReaderOptions { Mode = mode });
        await reader.GetAsync(1, Token);
        var before = store.Calls.Count;
        var misses = 0;
        for (var key = 1000; key < 1100; key++)
            misses += (await reader.GetAsync(key, Token)).Source == LookupSource.Filter ? 1 : 0;
        // One in a hundred gets past ten bits a key.
        Assert.InRange(misses, 90, 100);
        Assert.InRange(store.Calls.Count - before, 0, 10);
    }

    [Fact]
    public async Task Get_Mapped_SourceIsDisk()
    {
        snapshots.Add("a", 1);
        await using var reader = await OpenAsync();
        Assert.Equal(LookupSource.Disk, (await reader.GetAsync(7, Token)).Source);
        Assert.Equal(2, store.Calls.Count);
    }

    [Fact]
    public async Task Get_EmptyShard_MissWithoutReading()
    {
        snapshots.Add("a", 1, [(5UL, [1])], numDbs: 8);
        await using var reader = await OpenAsync(new ReaderOptions { Mode = ReadMode.Range });
        var empty = Enumerable.Range(0, 100).First(key => reader.ResolveShard(key) != reader.ResolveShard(5));
        var result = await reader.GetAsync(empty, Token);
        Assert.Equal((false, LookupSource.Filter), (result.Found, result.Source));
        Assert.Equal(2, store.Calls.Count);
    }

    [Fact]
    public async Task Get_OtherTypesOfTheSameKey_AllFindIt()
    {
        snapshots.Add("a", 1);
        await using var reader = await OpenAsync();
        object[] forms = [42, 42L, 42UL, (short)42, "42", 42m, 42.0, new byte[] { 0, 0, 0, 0, 0, 0, 0, 42 }];
        foreach (var form in forms)
            Assert.Equal("a:42", Text((await reader.GetAsync(form, Token)).Value));
        Assert.Equal("a:42", Text(reader.Get(42)));
        Assert.Equal("a:42", Text(reader.Get("42")));
        Assert.Equal("a:42", Text(reader.Get([0, 0, 0, 0, 0, 0, 0, 42])));
        Assert.Null(reader.Get(100));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData("x")]
    [InlineData("")]
    [InlineData(true)]
    [InlineData(1.5)]
    public async Task Get_KeyThatCannotBe_ShardAssignmentNamesKey(object key)
    {
        snapshots.Add("a", 1);
        await using var reader = await OpenAsync();
        var error = await Assert.ThrowsAsync<ShardyFusionException>(async () => await reader.GetAsync(key, Token));
        Assert.Equal((ErrorKind.ShardAssignment, key), (error.Kind, error.Target));
        Assert.False(reader.TryPrepareKey(key, out _, out var sameError));
        Assert.Equal(ErrorKind.ShardAssignment, sameError.Kind);
        Assert.Throws<ShardyFusionException>(() => reader.Get(1UL << 63));
    }

    [Theory]
    [InlineData(KeyEncoding.Utf8)]
    [InlineData(KeyEncoding.Raw)]
    [InlineData(KeyEncoding.U32BE)]
    public async Task Get_OtherEncodings_Found(KeyEncoding encoding)
    {
        object KeyOf(int number) => encoding switch
        {
            KeyEncoding.Utf8 => $"ключ-{number}",
            KeyEncoding.Raw => new byte[] { 0xFF, (byte)number, 0x00 },
            _ => number,
        };
        snapshots.Add("a", 1, Enumerable.Range(0, 200).Select(number => (KeyOf(number), new[] { (byte)number })), encoding: encoding);
        await using var reader = await OpenAsync();
        for (var number = 0; number < 200; number++)
            Assert.Equal([(byte)number], (await reader.GetAsync(KeyOf(number), Token)).Value!);
        if (encoding == KeyEncoding.Utf8)
            Assert.Equal([7], reader.Get("ключ-7"));
    }

    [Fact]
    public async Task Get_LongTextKey_Found()
    {
        var key = new string('k', 3000);
        snapshots.Add("a", 1, [(key, [9])], encoding: KeyEncoding.Utf8);
        await using var reader = await OpenAsync();
        Assert.Equal([9], reader.Get(key));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task GetMany_MixedKeys_OrderKeptRepeatsAndMisses(ReadMode mode)
    {
        snapshots.Add("a", 1, SnapshotFixture.Rows(300), numDbs: 5);
        await using var reader = await OpenAsync(new ReaderOptions { Mode = mode });
        object[] keys = [7, "299", 1000, 7, .. Enumerable.Range(0, 300).Reverse().Cast<object>()];
        var results = await reader.GetManyAsync(keys, Token);
        Assert.Equal(keys, results.Select(result => result.Key));
        Assert.Equal(["v:7", "v:299", null, "v:7"], results.Take(4).Select(result => Text(result.Value)));
        Assert.Equal(Enumerable.Range(0, 300).Reverse().Select(key => $"v:{key}"), results.Skip(4).Select(result => Text(result.Value)));
        Assert.Equal(keys.Select(reader.ResolveShard), results.Select(result => result.ShardId));
        Assert.Empty(await reader.GetManyAsync(Array.Empty<object>(), Token));
    }

    [Fact]
    public async Task GetMany_OneBadKey_ThrowsWithThatKeyAsTarget()
    {
        snapshots.Add("a", 1);
        await using var reader = await OpenAsync();
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => reader.GetManyAsync([1, "nope", 2], Token));
        Assert.Equal((ErrorKind.ShardAssignment, "nope"), (error.Kind, error.Target));
    }

    [Fact]
    public async Task GetMany_KeysPreparedForAnotherSnapshot_ConvertedAnew()
    {
        snapshots.Add("a", 1, numDbs: 4);
        await using var reader = await OpenAsync();
        Assert.True(reader.TryPrepareKey(42, out var prepared, out _));
        snapshots.Add("b", 2, numDbs: 7);
        await reader.RefreshAsync(Token);
        var result = Assert.Single(await reader.GetManyAsync([prepared], Token));
        Assert.Equal(("b:42", reader.ResolveShard(42)), (Text(result.Value), result.ShardId));
    }

    [Fact]
    public async Task Pin_ManyGets_AllocateNothing()
    {
        snapshots.Add("a", 1, SnapshotFixture.Rows(1000));
        await using var reader = await OpenAsync();
        var found = Measure(reader);
        var before = GC.GetAllocatedBytesForCurrentThread();
        found += Measure(reader);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(6000, found);

        static int Measure(SnapshotReader reader)
        {
            var found = 0;
            for (var key = 0UL; key < 2000; key++)
            {
                using var pin = reader.Pin();
                found += pin.TryGet(key, out _) ? 1 : 0;
                found += pin.TryGet("5", out _) ? 1 : 0;
            }
            return found;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(5000)]
    public async Task PinGetMany_IntegersOrStoredKeys_EachFoundOnceWithItsIndex(int numDbs)
    {
        snapshots.Add("a", 1, SnapshotFixture.Rows(600), numDbs: numDbs);
        await using var reader = await OpenAsync();
        var random = new Random(numDbs);
        var keys = Enumerable.Range(0, 300).Select(_ => (ulong)random.Next(800)).ToArray();
        var stored = keys.Select(key => (ReadOnlyMemory<byte>)KeyCodec.For(KeyEncoding.U64BE).Encode(key)).ToArray();
        var expected = keys.Select(key => key < 600 ? $"v:{key}" : null);
        Assert.Equal(expected, Find(reader, keys, []));
        Assert.Equal(expected, Find(reader, [], stored));

        static string?[] Find(SnapshotReader reader, ulong[] keys, ReadOnlyMemory<byte>[] stored)
        {
            var sink = new Collector(new string?[keys.Length + stored.Length]);
            using var pin = reader.Pin();
            if (keys.Length > 0)
                pin.GetMany(keys, ref sink);
            else
                pin.GetMany(stored, ref sink);
            return sink.Values;
        }
    }

    readonly struct Collector(string?[] values) : IValueSink
    {
        public string?[] Values => values;

        public void OnValue(int keyIndex, ReadOnlySpan<byte> value)
        {
            Assert.Null(values[keyIndex]);
            values[keyIndex] = Encoding.UTF8.GetString(value);
        }
    }

    [Fact]
    public async Task PinGetMany_SecondBatch_AllocatesNothing()
    {
        snapshots.Add("a", 1, SnapshotFixture.Rows(600));
        await using var reader = await OpenAsync();
        var keys = Enumerable.Range(0, 500).Select(key => (ulong)key * 2).ToArray();
        Assert.Equal(300, Count(reader, keys));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var found = Count(reader, keys);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(300, found);

        static int Count(SnapshotReader reader, ulong[] keys)
        {
            var counter = new Counter();
            using var pin = reader.Pin();
            pin.GetMany(keys, ref counter);
            return counter.Count;
        }
    }

    struct Counter : IValueSink
    {
        public int Count;

        public void OnValue(int keyIndex, ReadOnlySpan<byte> value) => Count++;
    }

    [Fact]
    public async Task Get_ValueThatSpellsNull_IsFoundAndAMissIsNot()
    {
        snapshots.Add("a", 1, [(1UL, "null"u8.ToArray()), (2UL, [])]);
        await using var reader = await OpenAsync();
        Assert.Equal([(true, "null"), (true, ""), (false, null)],
            (await reader.GetManyAsync([1, 2, 3], Token)).Select(result => (result.Found, Text(result.Value))));
        Assert.Equal([], reader.Get(2)!);
    }

    [Fact]
    public async Task Pin_DisposedTwiceOrUsedAfterwards_NoHarm()
    {
        snapshots.Add("a", 1);
        await using var reader = await OpenAsync();
        var pin = reader.Pin();
        Assert.Equal("a", pin.RunId);
        pin.Dispose();
        pin.Dispose();
        var kind = default(ErrorKind?);
        try
        {
            pin.TryGet(1, out _);
        }
        catch (ShardyFusionException error)
        {
            kind = error.Kind;
        }
        Assert.Equal(ErrorKind.ReaderState, kind);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Scan_AllOrOneShard_EveryRowOnce(ReadMode mode)
    {
        snapshots.Add("a", 1, SnapshotFixture.Rows(300), numDbs: 3);
        await using var reader = await OpenAsync(new ReaderOptions { Mode = mode });
        var all = new List<SnapshotRow>();
        await foreach (var row in reader.ScanAsync(null, Token))
            all.Add(row);
        Assert.Equal(Enumerable.Range(0, 300).Select(key => ((object)(ulong)key, $"v:{key}")),
            all.OrderBy(row => row.Key).Select(row => (row.Key, Text(row.Value)!)));
        Assert.All(all, row => Assert.Equal(reader.ResolveShard(row.Key), row.ShardId));
        var one = 0;
        await foreach (var row in reader.ScanAsync(1, Token))
            one += row.ShardId == 1 ? 1 : 1000;
        Assert.Equal(all.Count(row => row.ShardId == 1), one);
        await Assert.ThrowsAsync<ShardyFusionException>(async () => await reader.ScanAsync(3, Token).GetAsyncEnumerator(Token)
            .MoveNextAsync());
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Get_ShardGone_SnapshotIncompleteNamesIt(ReadMode mode)
    {
        var manifest = snapshots.Add("a", 1, numDbs: 1);
        snapshots.DeleteObject(manifest.Shards[0].ObjectKey);
        await using var reader = await OpenAsync(new ReaderOptions { Mode = mode });
        var error = await Assert.ThrowsAsync<ShardyFusionException>(async () => await reader.GetAsync(1, Token));
        Assert.Equal(ErrorKind.SnapshotIncomplete, error.Kind);
        Assert.Contains("shard 0", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ShardyFusionException>(() => reader.GetManyAsync([1, 2], Token));
    }

    [Theory]
    [InlineData(ReadMode.Auto, 0)]
    [InlineData(ReadMode.Auto, 10)]
    [InlineData(ReadMode.Auto, -1)]
    [InlineData(ReadMode.Range, 0)]
    [InlineData(ReadMode.Range, 10)]
    [InlineData(ReadMode.Range, -1)]
    public async Task Get_ShardTruncatedOrForeign_ShardCorruptNamesFile(ReadMode mode, int bytesLeft)
    {
        var manifest = snapshots.Add("a", 1, numDbs: 1);
        var path = snapshots.Store.LocalPath(manifest.Shards[0].ObjectKey)!;
        var content = await File.ReadAllBytesAsync(path, Token);
        snapshots.WriteObject(manifest.Shards[0].ObjectKey, bytesLeft < 0 ? new byte[content.Length] : content[..bytesLeft]);
        await using var reader = await OpenAsync(new ReaderOptions { Mode = mode });
        var error = await Assert.ThrowsAsync<ShardCorruptException>(async () => await reader.GetAsync(1, Token));
        Assert.Contains("db=00000", error.File, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_ShardOfAnotherRun_ShardCorruptInsteadOfWrongAnswers()
    {
        var a = snapshots.Add("a", 1, SnapshotFixture.Rows(50), numDbs: 1);
        var b = snapshots.Add("b", 2, SnapshotFixture.Rows(60), numDbs: 1);
        File.Copy(snapshots.Store.LocalPath(a.Shards[0].ObjectKey)!, snapshots.Store.LocalPath(b.Shards[0].ObjectKey)!, overwrite: true);
        await using var reader = await OpenAsync();
        var error = await Assert.ThrowsAsync<ShardCorruptException>(async () => await reader.GetAsync(1, Token));
        Assert.Contains("holds 50 rows where the manifest says 60", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_ShardRestored_WorksWithoutReopening()
    {
        var manifest = snapshots.Add("a", 1, numDbs: 1);
        var path = snapshots.Store.LocalPath(manifest.Shards[0].ObjectKey)!;
        File.Move(path, path + ".away");
        await using var reader = await OpenAsync();
        await Assert.ThrowsAsync<ShardyFusionException>(async () => await reader.GetAsync(1, Token));
        File.Move(path + ".away", path);
        Assert.True((await reader.GetAsync(1, Token)).Found);
    }

    [Theory]
    [InlineData("f1d69ed617f5e837d70820fe119a72d174c9df6acc011cdd9474031b7f26144b", null, "SQLite")]
    [InlineData("0191b3a0-8f3c-7f7e-9d5e-1f0e5c3c9a77", null, "SlateDB")]
    [InlineData(null, "parquet", "'parquet'")]
    public async Task Get_ForeignShardFormat_SaysWhichWhileInfoWorks(string? checkpointId, string? format, string said)
    {
        snapshots.Add("a", 1, edit: manifest => manifest with
        {
            Required = manifest.Required with { ShardFormat = format },
            Shards = manifest.Shards.Select(shard => shard with { CheckpointId = checkpointId }).ToArray(),
        });
        await using var reader = await OpenAsync();
        Assert.Equal(100, reader.Info.RowCount);
        Assert.InRange(reader.ResolveShard(1), 0, 3);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(async () => await reader.GetAsync(1, Token));
        Assert.Equal(ErrorKind.ShardUnsupported, error.Kind);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_SynchronousOnRangedShard_ReaderStateSaysWhatToDo()
    {
        snapshots.Add("a", 1);
        await using var reader = await OpenAsync(new ReaderOptions { Mode = ReadMode.Range });
        var error = Assert.Throws<ShardyFusionException>(() => reader.Get(1));
        Assert.Equal(ErrorKind.ReaderState, error.Kind);
    }

    [Fact]
    public async Task AnyCall_AfterDispose_ReaderState()
    {
        snapshots.Add("a", 1);
        var reader = await OpenAsync();
        await reader.GetAsync(1, Token);
        await reader.DisposeAsync();
        await reader.DisposeAsync();
        reader.Dispose();
        Assert.True(reader.IsClosed);
        Assert.Equal("a", reader.Info.RunId);
        Assert.Equal(ErrorKind.ReaderState, Assert.Throws<ShardyFusionException>(() => reader.Get(1)).Kind);
        Assert.Equal(ErrorKind.ReaderState, Assert.Throws<ShardyFusionException>(() => reader.ResolveShard(1)).Kind);
        Assert.Equal(ErrorKind.ReaderState,
            (await Assert.ThrowsAsync<ShardyFusionException>(async () => await reader.GetAsync(1, Token))).Kind);
        Assert.Equal(ErrorKind.ReaderState, (await Assert.ThrowsAsync<ShardyFusionException>(() => reader.RefreshAsync(Token))).Kind);
        Assert.Equal(ErrorKind.ReaderState, (await Assert.ThrowsAsync<ShardyFusionException>(() => reader.GetManyAsync([1], Token))).Kind);
    }

    [Fact]
    public async Task Reader_OutlivesItsStore()
    {
        snapshots.Add("a", 1);
        var owner = snapshots.Open(store);
        await using var reader = await owner.OpenReaderAsync(new ReaderOptions { Mode = ReadMode.Range }, Token);
        await owner.DisposeAsync();
        Assert.True((await reader.GetAsync(1, Token)).Found);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Open_OlderSnapshot_ReadsThatOne(int form)
    {
        snapshots.Add("a", 1);
        snapshots.Add("b", 2);
        var selector = form switch
        {
            0 => new SnapshotSelector { Offset = 1 },
            1 => new SnapshotSelector { RunId = "a" },
            _ => new SnapshotSelector { Ref = snapshots.RefOf("a", 1) },
        };
        await using var reader = await OpenAsync(new ReaderOptions { Selector = selector });
        Assert.Equal("a:1", Text((await reader.GetAsync(1, Token)).Value));
        Assert.Equal(new RefreshResult(false, "a", "a", null), await reader.RefreshAsync(Token));
        Assert.Equal("a", reader.Info.RunId);
    }

    [Fact]
    public async Task Open_NamedPointer_RefreshFollowsThatPointer()
    {
        snapshots.Add("a", 1);
        snapshots.Add("b", 2, publish: false);
        snapshots.Add("c", 3, publish: false);
        snapshots.WriteObject("_CANARY", snapshots.PointerBytes(SnapshotFixture.KeyOf("b", 2), "b"));
        await using var reader = await OpenAsync(new ReaderOptions { Selector = new SnapshotSelector { Pointer = "CANARY" } });
        Assert.Equal("b:1", Text((await reader.GetAsync(1, Token)).Value));
        snapshots.WriteObject("_CANARY", snapshots.PointerBytes(SnapshotFixture.KeyOf("c", 3), "c"));
        Assert.Equal(HealthStatus.Degraded, (await reader.CheckHealthAsync(new HealthOptions(), Token)).Status);
        Assert.Equal(new RefreshResult(true, "b", "c", null), await reader.RefreshAsync(Token));
        Assert.Equal("c:1", Text((await reader.GetAsync(1, Token)).Value));
        snapshots.DeleteObject("_CANARY");
        Assert.NotNull((await reader.RefreshAsync(Token)).Problem);
        Assert.Equal("c", reader.Info.RunId);
    }

    [Fact]
    public async Task Open_NothingPublished_NoSnapshot() =>
        Assert.Equal(ErrorKind.NoSnapshot, (await Assert.ThrowsAsync<ShardyFusionException>(() => OpenAsync())).Kind);

    [Fact]
    public async Task Open_MoreShardsThanMemoryShouldHold_StillReads()
    {
        snapshots.Add("a", 1, [(1UL, [1])], numDbs: int.MaxValue);
        await using var reader = await OpenAsync();
        Assert.Equal([1], reader.Get(1));
        Assert.Null(reader.Get(2));
    }
}
