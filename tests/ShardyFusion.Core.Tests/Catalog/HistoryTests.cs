using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Formats;

namespace ShardyFusion.Core.Tests.Catalog;

/// <summary>What the history tells, and how little it reads for it.</summary>
public sealed class HistoryTests : IDisposable
{
    static CancellationToken Token => TestContext.Current.CancellationToken;
    readonly SnapshotFixture snapshots = new();

    public void Dispose() => snapshots.Dispose();

    static async Task<List<HistoryEntry>> ReadAsync(SnapshotStore store, int? first = null)
    {
        var entries = new List<HistoryEntry>();
        await foreach (var entry in store.GetHistoryAsync(first, Token))
            entries.Add(entry);
        return entries;
    }

    [Fact]
    public async Task GetHistory_ThreeSnapshots_RowsChangesOffsetsMessage()
    {
        snapshots.Add("one", 1, SnapshotFixture.Rows(100));
        snapshots.Add("two", 2, SnapshotFixture.Rows(90), message: "fewer");
        snapshots.Add("three", 3, SnapshotFixture.Rows(120));
        snapshots.PointTo(SnapshotFixture.KeyOf("two", 2), "two");
        var history = await ReadAsync(snapshots.Open());
        Assert.Equal(["three", "two", "one"], history.Select(entry => entry.RunId));
        Assert.Equal([-1, 0, 1], history.Select(entry => entry.Offset));
        Assert.Equal([false, true, false], history.Select(entry => entry.IsCurrent));
        Assert.Equal([120, 90, 100], history.Select(entry => entry.RowCount));
        Assert.Equal([30, -10, null], history.Select(entry => entry.RowChange));
        Assert.Equal([null, "fewer", null], history.Select(entry => entry.Message));
        Assert.Equal(SnapshotFixture.Start.AddMinutes(3), history[0].PublishedAt);
        Assert.Equal(snapshots.RefOf("three", 3), history[0].ManifestRef);
        Assert.All(history, entry => Assert.True(entry is { Bytes: > 0, ShardCount: 4, Problem: null }));
    }

    [Fact]
    public async Task GetHistory_First_LoadsOneManifestMoreThanShown()
    {
        for (var minute = 0; minute < 20; minute++)
            snapshots.Add($"r{minute}", minute, SnapshotFixture.Rows(minute + 1));
        var store = new FaultyStore(snapshots.Store);
        var history = await ReadAsync(snapshots.Open(store), first: 2);
        Assert.Equal([1L, 1L], history.Select(entry => entry.RowChange));
        Assert.Equal(3, store.Calls.Count(call => call.Operation == StoreOperation.Get
            && call.Key.EndsWith("/manifest", StringComparison.Ordinal)));
        // Manifests, runs, blocks, pointers, tags, folders of shards; events only for what may be staged.
        Assert.Equal(6, store.Calls.Count(call => call.Operation == StoreOperation.List));
    }

    [Fact]
    public async Task GetHistory_UnreadableManifest_HasProblemAndPosition()
    {
        snapshots.Add("one", 1);
        snapshots.Add("two", 2);
        snapshots.Add("three", 3);
        snapshots.WriteObject(SnapshotFixture.KeyOf("two", 2), "custom: {}\nrequired: {format_version: 99}\nshards: []\n"u8.ToArray());
        var history = await ReadAsync(snapshots.Open());
        Assert.Contains("format_version", history[1].Problem, StringComparison.Ordinal);
        Assert.Equal((1, null, null), (history[1].Offset, history[1].RowCount, history[1].RowChange));
        Assert.Null(history[0].RowChange);
        Assert.Equal(2, history[2].Offset);
    }

    [Theory]
    [InlineData("row_count: ", "9223372036854775807", "shards[1].row_count")]
    [InlineData("row_count: ", "9223372036854775808", "shards[0].row_count")]
    [InlineData("row_count: ", "-1", "shards[0].row_count")]
    [InlineData("row_count: ", "1000000000000000000000000000000", "shards[0].row_count")]
    [InlineData("row_count: ", "1.5", "shards[0].row_count")]
    [InlineData("db_bytes: ", "9223372036854775807", "shards[1].db_bytes")]
    [InlineData("db_bytes: ", "18446744073709551616", "shards[0].db_bytes")]
    [InlineData("db_bytes: ", "-5", "shards[0].db_bytes")]
    [InlineData("tail_offset: ", "9223372036854775808", "shards[0].tail_offset")]
    [InlineData("- attempt: ", "2147483648", "shards[0].attempt")]
    [InlineData("    duration_ms: ", "9223372036854775808", "shards[0].writer_info.duration_ms")]
    [InlineData("    task_attempt_id: ", "-9223372036854775809", "shards[0].writer_info.task_attempt_id")]
    [InlineData("  num_dbs: ", "2147483648", "required.num_dbs")]
    [InlineData("  format_version: ", "9999999999999999999999", "required.format_version")]
    [InlineData("  created_at: ", "'9999-12-31T23:59:59-23:59'", "required.created_at")]
    [InlineData("  created_at: ", "'10000-01-01T00:00:00Z'", "required.created_at")]
    public async Task GetHistory_NumberOutOfRangeInAnOldManifest_IsNamedAndTheOthersAreListed(string field, string value, string named)
    {
        foreach (var minute in new[] { 1, 2, 3 }) snapshots.Add($"r{minute}", minute, numDbs: 2);
        var path = snapshots.Store.LocalPath(SnapshotFixture.KeyOf("r2", 2))!;
        var lines = Golden.Unsealed.TextOf(await File.ReadAllBytesAsync(path, Token)).Split('\n')
            .Select(line => line.StartsWith(field.TrimStart(), StringComparison.Ordinal)
            || line.StartsWith("  " + field.TrimStart(), StringComparison.Ordinal)
            || line.StartsWith(field, StringComparison.Ordinal)
            ? line[..(line.IndexOf(field.Trim(), StringComparison.Ordinal) + field.Trim().Length)] + " " + value : line);
        await File.WriteAllTextAsync(path, string.Join('\n', lines), Token);
        var history = await ReadAsync(snapshots.Open());
        Assert.Contains($"{named}:", history[1].Problem, StringComparison.Ordinal);
        Assert.Equal(["r3", "r2", "r1"], history.Select(entry => entry.RunId));
        Assert.Equal((null, null), (history[0].Problem, history[2].Problem));
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => snapshots.Open()
            .GetInfoAsync(new SnapshotSelector { RunId = "r2" }, Token));
        Assert.Equal(ErrorKind.ManifestParse, error.Kind);
    }

    [Fact]
    public async Task GetHistory_NoPointer_NoOffsets()
    {
        snapshots.Add("one", 1, publish: false);
        var entry = Assert.Single(await ReadAsync(snapshots.Open()));
        Assert.Equal((null, false), (entry.Offset, entry.IsCurrent));
    }

    [Fact]
    public async Task GetHistory_MalformedPointer_ListsAll()
    {
        snapshots.Add("one", 1);
        snapshots.WriteObject(SnapshotPaths.CurrentKey, "{"u8.ToArray());
        Assert.Null(Assert.Single(await ReadAsync(snapshots.Open())).Offset);
    }

    [Fact]
    public async Task GetHistory_CurrentManifestGone_OffsetsCountFromItsPlace()
    {
        snapshots.Add("one", 1);
        snapshots.Add("three", 3);
        snapshots.PointTo(SnapshotFixture.KeyOf("two", 2), "two");
        Assert.Equal([-1, 1], (await ReadAsync(snapshots.Open())).Select(entry => entry.Offset));
    }

    [Fact]
    public async Task GetHistory_EmptyPrefix_Nothing() => Assert.Empty(await ReadAsync(snapshots.Open()));

    [Fact]
    public async Task GetHistory_ConsumerStopsEarly_NoRequestIsLeftRunning()
    {
        for (var minute = 0; minute < 4; minute++)
            snapshots.Add($"r{minute}", minute);
        var store = new FaultyStore(snapshots.Store).Stall(StoreOperation.Get, "r0");
        await foreach (var entry in snapshots.Open(store).GetHistoryAsync(null, Token))
        {
            Assert.Equal("r3", entry.RunId);
            break;
        }
    }

    [Fact]
    public async Task GetHistory_StoreFails_Throws()
    {
        snapshots.Add("one", 1);
        var store = new FaultyStore(snapshots.Store).Fail(StoreOperation.Get, "/manifest");
        Assert.Equal(ErrorKind.StorageTransient,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => ReadAsync(snapshots.Open(store)))).Kind);
    }

    [Fact]
    public async Task GetInfo_Current_DescribesShardsAndCustom()
    {
        snapshots.Add("one", 1, SnapshotFixture.Rows(50), numDbs: 3, message: "hello");
        var info = await snapshots.Open().GetInfoAsync(SnapshotSelector.Current, Token);
        Assert.Equal(("one", 3, 50L, "hello", "hash"), (info.RunId, info.ShardCount, info.RowCount, info.Message, info.Sharding));
        Assert.Equal(info.Bytes, info.Shards.Sum(shard => shard.Bytes));
        Assert.All(info.Shards, shard => Assert.StartsWith(snapshots.Store.Root + "/shards/run_id=one/", shard.Url,
            StringComparison.Ordinal));
        Assert.Equal("hello", info.Custom["message"]);
    }

    [Fact]
    public async Task GetInfo_AfterDispose_ReaderState()
    {
        var store = snapshots.Open();
        await store.DisposeAsync();
        Assert.Equal(ErrorKind.ReaderState,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => store.GetInfoAsync(SnapshotSelector.Current, Token))).Kind);
    }
}
