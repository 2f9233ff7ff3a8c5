using System.Collections.Concurrent;
using System.Text;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Maintenance;
using ShardyFusion.Routing;

namespace ShardyFusion.Core.Tests.Maintenance;

/// <summary>Comparing finds every difference and no other, and reads no more than it must.</summary>
public sealed class CompareTests : IDisposable
{
    readonly SnapshotFixture snapshots = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => snapshots.Dispose();

    static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    static string Line(RowDifference row) => $"{row.Change} {row.Key} {Text(row.OldValue)} {Text(row.NewValue)}";

    static string Text(byte[]? value) => value is null ? "-" : Encoding.UTF8.GetString(value);

    async Task<(SnapshotComparison Figures, string[] Rows)> CompareAsync(CompareOptions options, SnapshotStore? store = null)
    {
        var rows = new ConcurrentQueue<string>();
        var figures = await (store ?? snapshots.Open()).CompareAsync(options, null, (batch, _) =>
        {
            foreach (var row in batch) rows.Enqueue(Line(row));
            return ValueTask.CompletedTask;
        }, null, Token);
        return (figures, [.. rows.Order(StringComparer.Ordinal)]);
    }

    [Theory]
    [InlineData(4, 4)]
    [InlineData(4, 6)]
    [InlineData(3, 5)]
    [InlineData(8, 1)]
    public async Task Compare_AnyShardCounts_FindsExactlyTheDifferences(int before, int after)
    {
        var old = SnapshotFixture.Rows(3000).Where(row => (ulong)row.Key % 100 != 7);
        var current = SnapshotFixture.Rows(3000).Where(row => (ulong)row.Key % 100 != 3)
            .Select(row => (ulong)row.Key % 500 == 11 ? (row.Key, Bytes($"new:{row.Key}")) : row);
        snapshots.Add("one", 1, old, before);
        snapshots.Add("two", 2, current, after);
        var (figures, rows) = await CompareAsync(new CompareOptions());
        var expected = Enumerable.Range(0, 3000).SelectMany(key => (key % 100, key % 500) switch
        {
            (7, _) => new[] { $"Added {key} - v:{key}" },
            (3, _) => [$"Removed {key} v:{key} -"],
            (_, 11) => [$"Changed {key} v:{key} new:{key}"],
            _ => [],
        });
        Assert.Equal(expected.Order(StringComparer.Ordinal), rows);
        Assert.Equal((30L, 30L, 6L, (bool?)false), (figures.Added, figures.Removed, figures.Changed, figures.RowsEqual));
        Assert.Equal(("one", "two"), (figures.From.RunId, figures.To.RunId));
    }

    [Fact]
    public async Task Compare_MillionRowsWithAThousandChanges_FindsThese()
    {
        const int Count = 1_000_000;
        snapshots.Add("one", 1, SnapshotFixture.Rows(Count), 8);
        snapshots.Add("two", 2, SnapshotFixture.Rows(Count).Select(row => (ulong)row.Key % 1000 == 321 ? (row.Key, Bytes("changed")) : row),
            8);
        var (figures, rows) = await CompareAsync(new CompareOptions());
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"Changed {1000 * i + 321} v:{1000 * i + 321} changed")
            .Order(StringComparer.Ordinal), rows);
        Assert.Equal((0L, 0L, 1000L, 2L * Count), (figures.Added, figures.Removed, figures.Changed, figures.RowsRead));
    }

    [Theory]
    [InlineData(CompareLevel.Manifest)]
    [InlineData(CompareLevel.Counts)]
    [InlineData(CompareLevel.Rows)]
    public async Task Compare_EqualRows_ReadsNoShard(CompareLevel level)
    {
        snapshots.Add("one", 1, SnapshotFixture.Rows(5000));
        snapshots.Add("two", 2, SnapshotFixture.Rows(5000));
        var store = new FaultyStore(snapshots.Store);
        var (figures, rows) = await CompareAsync(new CompareOptions { Level = level }, snapshots.Open(store));
        Assert.Equal((true, (long?)0, 4, 0L), (figures.RowsEqual, figures.Added + figures.Removed + figures.Changed, figures.GroupsEqual,
            figures.RowsRead));
        Assert.Empty(rows);
        Assert.Empty(figures.Fields);
        Assert.DoesNotContain(store.Calls, call => call.Key.StartsWith("shards/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Compare_OneShardDiffers_ReadsThatOneAlone()
    {
        var router = ShardRouter.ForHash(4, KeyEncoding.U64BE);
        snapshots.Add("one", 1, SnapshotFixture.Rows(5000));
        snapshots.Add("two", 2, SnapshotFixture.Rows(5000).Where(row => (ulong)row.Key != 77));
        var store = new FaultyStore(snapshots.Store);
        var (figures, rows) = await CompareAsync(new CompareOptions(), snapshots.Open(store));
        Assert.Equal(["Removed 77 v:77 -"], rows);
        Assert.Equal((3, 1), (figures.GroupsEqual, figures.GroupsCompared));
        var read = store.Calls.Where(call => call.Key.StartsWith("shards/", StringComparison.Ordinal))
            .Select(call => call.Key.Split('/')[2]).Distinct();
        Assert.Equal([$"db={router.Route(77L):D5}"], read);
    }

    [Fact]
    public async Task Compare_ManifestLevel_SaysWhatTheManifestsSay()
    {
        snapshots.Add("one", 1, SnapshotFixture.Rows(100), 4, message: "first");
        snapshots.Add("two", 2, SnapshotFixture.Rows(90), 2, message: "second");
        var (figures, rows) = await CompareAsync(new CompareOptions { Level = CompareLevel.Manifest });
        Assert.Empty(rows);
        Assert.Equal((null, null), (figures.RowsEqual, figures.Added));
        var fields = figures.Fields.ToDictionary(field => field.Name, field => $"{field.From}>{field.To}");
        Assert.Equal(("100>90", "4>2", "99>89", "first>second"), (fields["row_count"], fields["num_dbs"], fields["max_key"],
            fields["custom.message"]));
        Assert.DoesNotContain("min_key", fields.Keys);
    }

    [Fact]
    public async Task Compare_Sample_ReadsItsShareAndClaimsNothingAboutTheRest()
    {
        snapshots.Add("one", 1, SnapshotFixture.Rows(2000), 8);
        snapshots.Add("two", 2, SnapshotFixture.Rows(2000, "w"), 8);
        var (figures, rows) = await CompareAsync(new CompareOptions { SamplePercent = 25, Level = CompareLevel.Counts });
        Assert.Equal((2, (bool?)false), (figures.GroupsCompared, figures.RowsEqual));
        Assert.Equal(figures.Changed * 2, figures.RowsRead);
        Assert.Empty(rows);
    }

    [Fact]
    public async Task Compare_TextAndBinaryKeys_InTheirOrder()
    {
        snapshots.Add("one", 1, [("a", Bytes("1")), ("b", Bytes("2")), ("ä", Bytes("3"))], 2, KeyEncoding.Utf8);
        snapshots.Add("two", 2, [("a", Bytes("1")), ("c", Bytes("4")), ("ä", [])], 2, KeyEncoding.Utf8);
        Assert.Equal(["Added c - 4", "Changed ä 3 ", "Removed b 2 -"], (await CompareAsync(new CompareOptions())).Rows);
    }

    [Fact]
    public async Task Compare_OtherKeyEncoding_IsRefusedForRowsAlone()
    {
        snapshots.Add("one", 1, [("1", Bytes("1"))], 2, KeyEncoding.Utf8);
        snapshots.Add("two", 2, SnapshotFixture.Rows(1), 2);
        Assert.Equal(ErrorKind.ConfigValidation,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => CompareAsync(new CompareOptions()))).Kind);
        var (figures, _) = await CompareAsync(new CompareOptions { Level = CompareLevel.Manifest });
        Assert.Contains(figures.Fields, field => field.Name == "key_encoding");
    }

    [Fact]
    public async Task Compare_NothingBefore_SaysSo()
    {
        snapshots.Add("one", 1);
        Assert.Equal(ErrorKind.SnapshotNotFound,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => CompareAsync(new CompareOptions()))).Kind);
    }

    [Fact]
    public async Task Compare_ConsumerFails_EndsTheComparison()
    {
        snapshots.Add("one", 1, SnapshotFixture.Rows(2000));
        snapshots.Add("two", 2, SnapshotFixture.Rows(2000, "w"));
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            snapshots.Open().CompareAsync(new CompareOptions(), null, (_, _) => throw new InvalidOperationException("enough"), null,
                Token));
    }

    [Fact]
    public async Task KeyHistory_ThroughSnapshots_SaysWhatBecameOfTheKey()
    {
        snapshots.Add("one", 1, SnapshotFixture.Rows(10));
        snapshots.Add("two", 2, SnapshotFixture.Rows(5));
        snapshots.Add("three", 3, SnapshotFixture.Rows(10));
        snapshots.Add("four", 4, SnapshotFixture.Rows(10));
        snapshots.Add("five", 5, SnapshotFixture.Rows(10, "w"));
        Assert.Equal(["five Changed w:7", "four  v:7", "three Added v:7", "two Removed -", "one  v:7"], await FollowAsync(7, null));
        Assert.Equal(["five Changed w:7", "four  v:7", "three Added v:7"], await FollowAsync("7", 3));
        Assert.Equal(ErrorKind.ConfigValidation, (await Assert.ThrowsAsync<ShardyFusionException>(() => FollowAsync(7, 0))).Kind);
    }

    [Fact]
    public async Task KeyHistory_ShardUnchangedOrGone_IsNotReadOrSaidSo()
    {
        var gone = snapshots.Add("one", 1, SnapshotFixture.Rows(10));
        snapshots.Add("two", 2, SnapshotFixture.Rows(10, "w"));
        snapshots.Add("three", 3, SnapshotFixture.Rows(10, "w"));
        foreach (var shard in gone.Shards) snapshots.DeleteObject(shard.ObjectKey);
        var store = new FaultyStore(snapshots.Store);
        var versions = new List<KeyVersion>();
        await foreach (var version in snapshots.Open(new RemoteStore(store)).GetKeyHistoryAsync(7, null, Token)) versions.Add(version);
        Assert.Equal([true, true, null], versions.Select(v => v.Found));
        Assert.Contains("is missing", versions[2].Problem, StringComparison.Ordinal);
        Assert.Null(versions[1].Change);
        Assert.DoesNotContain(store.Calls, call => call.Key.Contains("run_id=two/db", StringComparison.Ordinal));
    }

    async Task<string[]> FollowAsync(object key, int? first)
    {
        var lines = new List<string>();
        await foreach (var version in snapshots.Open().GetKeyHistoryAsync(key, first, Token))
            lines.Add($"{version.RunId} {version.Change} {Text(version.Value)}");
        return [.. lines];
    }
}
