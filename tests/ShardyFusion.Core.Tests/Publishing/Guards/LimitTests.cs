using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Publishing;
using ShardyFusion.Publishing.Guards;
using ShardyFusion.Routing;

namespace ShardyFusion.Core.Tests.Publishing.Guards;

/// <summary>Every limit, at both sides of its edge.</summary>
public sealed class LimitTests : IDisposable
{
    readonly SnapshotFixture snapshots = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => snapshots.Dispose();

    async Task<GuardResult> CheckAsync(GuardLimits limits, Manifest staged, BuildTally? tally = null, ValueFigures? values = null)
    {
        var publication = new SnapshotPublication(snapshots.Store, new PublishRules { Limits = limits }, false, snapshots.Clock);
        var key = SnapshotPaths.ManifestKey(staged.Required.CreatedAt, staged.Required.RunId);
        return Assert.Single(await publication.CheckAsync(new LoadedManifest(key, SnapshotPaths.ToRef(snapshots.Store.Root, key), staged,
            null), tally, values, Token));
    }

    Manifest Stage(int rows, string label = "v") => snapshots.Add("staged", 2, SnapshotFixture.Rows(rows, label), publish: false);

    [Theory]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public async Task MinRows_AtTheEdge(long fewest, bool passes)
    {
        var result = await CheckAsync(new GuardLimits { MinRows = fewest }, Stage(100));
        Assert.Equal(("MinRows", passes), (result.Name, result.Passed));
    }

    [Theory]
    [InlineData("10%", 90, true)]
    [InlineData("10%", 89, false)]
    [InlineData("10", 90, true)]
    [InlineData("10", 89, false)]
    [InlineData("0", 100, true)]
    [InlineData("0%", 500, true)]
    public async Task MaxDrop_AgainstTheCurrentSnapshot(string limit, int rows, bool passes)
    {
        snapshots.Add("current", 1, SnapshotFixture.Rows(100));
        var result = await CheckAsync(new GuardLimits { MaxDrop = RowLimit.Parse(limit, "MaxDrop") }, Stage(rows));
        Assert.Equal(("MaxDrop", passes), (result.Name, result.Passed));
        Assert.Contains($"{rows} rows after 100", result.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("50%", 150, true)]
    [InlineData("50%", 151, false)]
    [InlineData("50", 151, false)]
    [InlineData("0", 50, true)]
    public async Task MaxGrowth_AgainstTheCurrentSnapshot(string limit, int rows, bool passes)
    {
        snapshots.Add("current", 1, SnapshotFixture.Rows(100));
        Assert.Equal(passes, (await CheckAsync(new GuardLimits { MaxGrowth = RowLimit.Parse(limit, "MaxGrowth") }, Stage(rows))).Passed);
    }

    [Fact]
    public async Task MaxDrop_WithoutACurrentSnapshotOrWithABrokenOne_Passes()
    {
        var staged = Stage(1);
        Assert.True((await CheckAsync(new GuardLimits { MaxDrop = RowLimit.OfRows(0) }, staged)).Passed);
        snapshots.Add("current", 1, SnapshotFixture.Rows(100));
        snapshots.WriteObject(SnapshotFixture.KeyOf("current", 1), "garbage: ["u8.ToArray());
        Assert.True((await CheckAsync(new GuardLimits { MaxDrop = RowLimit.OfRows(0) }, staged)).Passed);
    }

    [Theory]
    [InlineData("2%", 2, true)]
    [InlineData("2%", 3, false)]
    [InlineData("2", 3, false)]
    public async Task MaxDuplicates_OfTheRowsRead(string limit, long duplicates, bool passes) => Assert.Equal(passes,
        (await CheckAsync(new GuardLimits { MaxDuplicates = RowLimit.Parse(limit, "x") }, Stage(98),
        new BuildTally(100, duplicates, 0))).Passed);

    [Fact]
    public async Task MaxSkew_OfTheLargestShard_IsComparedWithAnAverageOne()
    {
        var staged = snapshots.Add("staged", 2, SnapshotFixture.Rows(1000), numDbs: 4, publish: false);
        var skew = staged.Shards.Max(s => s.RowCount) * 4.0 / 1000;
        Assert.True((await CheckAsync(new GuardLimits { MaxSkew = skew }, staged)).Passed);
        Assert.False((await CheckAsync(new GuardLimits { MaxSkew = Math.Max(1, skew - 0.01) }, staged)).Passed);
        // Empty shards count: one row in a hundred shards is as uneven as it gets.
        Assert.False((await CheckAsync(new GuardLimits { MaxSkew = 99 }, snapshots.Add("one", 3, SnapshotFixture.Rows(1), numDbs: 100,
            publish: false))).Passed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Values_CountedByTheBuildOrReadAgain_GiveTheSameVerdict(bool known)
    {
        var rows = SnapshotFixture.Rows(97).Concat([((object)1000UL, Array.Empty<byte>()), (1001UL, []), (1002UL, new byte[500])]);
        var staged = snapshots.Add("staged", 2, rows, publish: false);
        var figures = known ? new ValueFigures(2, 500) : null;
        foreach (var (limit, passes) in new[] { ("2", true), ("2%", true), ("1.9%", false), ("1", false) })
            Assert.Equal(passes, (await CheckAsync(new GuardLimits { MaxEmptyValues = RowLimit.Parse(limit, "x") }, staged,
                values: figures)).Passed);
        Assert.True((await CheckAsync(new GuardLimits { MaxValueBytes = 500 }, staged, values: figures)).Passed);
        Assert.False((await CheckAsync(new GuardLimits { MaxValueBytes = 499 }, staged, values: figures)).Passed);
    }

    [Theory]
    [InlineData(100UL, 199UL, 0, true)]
    [InlineData(100UL, 208UL, 10, true)]
    [InlineData(100UL, 210UL, 10, false)]
    [InlineData(89UL, 199UL, 10, false)]
    [InlineData(0UL, 1UL << 40, 100, false)]
    [InlineData(100UL, 255UL, 60, true)]
    [InlineData(100UL, 257UL, 60, true)]
    public async Task MaxKeyRangeChange_IntegerKeys_ByValue(ulong min, ulong max, double percent, bool passes)
    {
        snapshots.Add("current", 1, [(100UL, [1]), (199UL, [1])]);
        var staged = snapshots.Add("staged", 2, [(min, [1]), (max, [1])], publish: false);
        Assert.Equal(passes, (await CheckAsync(new GuardLimits { MaxKeyRangeChange = percent }, staged)).Passed);
    }

    [Theory]
    [InlineData("user:a", "user:z", 0, true)]
    [InlineData("user:a", "user:y", 5, true)]
    [InlineData("user:a", "user:b", 5, false)]
    [InlineData("USER:a", "USER:z", 100, false)]
    public async Task MaxKeyRangeChange_TextKeys_ByWhatFollowsTheirCommonStart(string min, string max, double percent, bool passes)
    {
        snapshots.Add("current", 1, [("user:a", [1]), ("user:z", [1])], encoding: KeyEncoding.Utf8);
        var staged = snapshots.Add("staged", 2, [(min, [1]), (max, [1])], encoding: KeyEncoding.Utf8, publish: false);
        Assert.Equal(passes, (await CheckAsync(new GuardLimits { MaxKeyRangeChange = percent }, staged)).Passed);
    }

    [Fact]
    public async Task MaxKeyRangeChange_RawKeysOrAnotherEncoding()
    {
        snapshots.Add("current", 1, [(new byte[] { 1 }, [1]), (new byte[] { 200 }, [1])], encoding: KeyEncoding.Raw);
        Assert.True((await CheckAsync(new GuardLimits { MaxKeyRangeChange = 1 },
            snapshots.Add("a", 2, [(new byte[] { 1 }, [1]), (new byte[] { 201 }, [1])], encoding: KeyEncoding.Raw,
            publish: false))).Passed);
        Assert.False((await CheckAsync(new GuardLimits { MaxKeyRangeChange = 1000 }, Stage(10))).Passed);
    }

    [Theory]
    [InlineData("ten")]
    [InlineData("-1")]
    [InlineData("%")]
    [InlineData("1.5")]
    public void Parse_WhatIsNoLimit_ConfigValidation(string text) =>
        Assert.Equal(ErrorKind.ConfigValidation, Assert.Throws<ShardyFusionException>(() => RowLimit.Parse(text, "MaxDrop")).Kind);
}
