using System.Text;
using ShardyFusion.Building;
using ShardyFusion.Building.Input;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Maintenance;
using ShardyFusion.Routing;
using ShardyFusion.Stores;
using static ShardyFusion.Core.Tests.Building.BuiltSnapshots;

namespace ShardyFusion.Core.Tests.Building;

/// <summary>Builds whose rows are spread by ranges of their keys.</summary>
public sealed class RangeBuildTests : IDisposable
{
    readonly TempFolder folder = new();
    readonly IObjectStore store;

    public RangeBuildTests() => store = ObjectStores.Open(folder["snap"]);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    async Task<ShardingFields> FieldsAsync() =>
        (await new SnapshotCatalog(store).LoadAsync(SnapshotSelector.Current, Token)).Manifest.Required.Sharding;

    [Fact]
    public async Task Build_GivenBoundaries_PutsEachKeyIntoItsRange()
    {
        var result = await PublishAsync(store, [0, 99, 100, 250, 999],
            options: new BuildOptions { Sharding = ShardingOptions.ByRanges([100, "200"]) });
        Assert.Equal((3, "2,1,2"), (result.ShardCount, string.Join(',', result.Shards.Select(shard => shard.RowCount))));
        Assert.Equal(Expected([0, 99, 100, 250, 999]), await ReadCurrentAsync(store));
        var fields = await FieldsAsync();
        Assert.Equal(("key", 100L, 200L, "int"), (fields.CelExpr, fields.Boundaries![0], fields.Boundaries[1], fields.CelColumns!["key"]));
        Assert.True((await new SnapshotStore(store).VerifyAsync(new VerifyOptions { Level = VerifyLevel.Deep }, null, Token)).Passed);
    }

    [Fact]
    public async Task Build_GivenBoundariesOfText_GoesByTheKeysOfTheFirstRow()
    {
        await using var build = await StartAsync(store, new BuildOptions { Sharding = ShardingOptions.ByRanges(["é", "😀"]) });
        foreach (var key in (string[])["a", "é", "z\u00e9", "😀", "￿"]) build.Add(key, key);
        var result = await build.CompleteAsync(Token);
        Assert.Equal("2,2,1", string.Join(',', result.Shards.Select(shard => shard.RowCount)));
        Assert.Equal(5, (await ReadCurrentAsync(store))!.Count);
    }

    [Fact]
    public async Task Build_BoundariesThatAreNoKeys_SayWhich()
    {
        await using (var build = await StartAsync(store, new BuildOptions { Sharding = ShardingOptions.ByRanges(["a", "m"]) }))
        {
            var noNumber = Assert.Throws<ShardyFusionException>(() => build.Add(5L, "v"));
            Assert.Contains("'a' is no number", noNumber.Message, StringComparison.Ordinal);
        }
        await using (var build = await StartAsync(store, new BuildOptions { Sharding = ShardingOptions.ByRanges(2) }))
        {
            var bytes = Assert.Throws<ShardyFusionException>(() => build.Add(new byte[] { 1 }, "v"));
            Assert.Contains("keys are bytes", bytes.Message, StringComparison.Ordinal);
        }
        Assert.Contains(new BuildOptions { Sharding = ShardingOptions.ByRanges([2, 1]), KeyEncoding = KeyEncoding.U64BE }.Validate(),
            fault => fault.Contains("must ascend", StringComparison.Ordinal));
        Assert.Contains(new BuildOptions { Sharding = ShardingOptions.ByRanges(3), KeyEncoding = KeyEncoding.Raw }.Validate(),
            fault => fault.Contains("keys are bytes", StringComparison.Ordinal));
        Assert.Contains(new BuildOptions { Sharding = ShardingOptions.ByRanges(0) }.Validate(),
            fault => fault.Contains("RangeCount is 0", StringComparison.Ordinal));
    }

    /// <summary>Unevenly spread keys, each twice, from several workers, with and without spilling.</summary>
    [Fact]
    public async Task Build_RangesOfEqualSize_CutsTheSameWhateverTheOrder()
    {
        static long Key(int i) => (long)i * i * i;
        async Task<BuildResult> BuildAsync(string name, IEnumerable<int> rows, int workers, long memory)
        {
            var text = new StringBuilder("id,v\n");
            foreach (var i in rows) text.Append(Key(i)).Append(",v").Append(i).Append('\n');
            await using var build = await StartAsync(ObjectStores.Open(folder[name]), new BuildOptions
            {
                Sharding = ShardingOptions.ByRanges(8),
                KeyEncoding = KeyEncoding.U64BE,
                Parallelism = workers,
                MemoryBudgetBytes = memory,
                SpillDirectory = folder.Path,
            });
            await build.AddFileAsync(new InputFile
            {
                Stream = new MemoryStream(Encoding.UTF8.GetBytes(text.ToString())),
                Format = InputFormat.Csv,
                KeyField = "id",
                ValueFields = ["v"],
            }, Token);
            return await build.CompleteAsync(Token);
        }
        const int Count = 120_000;
        var straight = await BuildAsync("snap", Enumerable.Range(0, Count), 1, 64 << 20);
        var turned = await BuildAsync("turned", Enumerable.Range(0, Count).Reverse().Concat(Enumerable.Range(0, Count)), 4, 16 << 20);
        Assert.Equal((8, 8, 0L), (straight.ShardCount, straight.Shards.Count, straight.DuplicateRows));
        Assert.Equal((8, (long)Count), (turned.ShardCount, turned.DuplicateRows));
        Assert.All(straight.Shards, shard => Assert.InRange(shard.RowCount, Count / 8 * 0.97, Count / 8 * 1.03));
        Assert.Equal(straight.Shards.Select(shard => shard.Sha256), turned.Shards.Select(shard => shard.Sha256));
        Assert.Equal(Count, (await ReadCurrentAsync(store))!.Count);
        Assert.Equal(7, (await FieldsAsync()).Boundaries!.Count);
    }

    [Theory]
    [InlineData(5, 3)]
    [InlineData(3, 1)]
    [InlineData(1, 9)]
    [InlineData(4, 0)]
    public async Task Build_FewerKeysThanRanges_HasFewerShards(int ranges, int keys)
    {
        var expected = Math.Max(1, Math.Min(ranges, keys));
        var result = await PublishAsync(store, Enumerable.Range(0, keys).Select(key => (long)key * 5),
            options: new BuildOptions { Sharding = ShardingOptions.ByRanges(ranges), AllowEmpty = true });
        Assert.Equal(expected, result.ShardCount);
        Assert.Equal(keys, (await ReadCurrentAsync(store))!.Count);
        if (expected == ranges) Assert.Empty(result.Warnings);
        else Assert.Contains($"has {expected}", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Plan_OfFiles_TellsWhatEachRangeWouldGetAndTheBuildDoesSo(bool isSampled)
    {
        var options = new BuildOptions
        {
            Sharding = isSampled ? ShardingOptions.ByRanges(3) : ShardingOptions.ByRanges(["100", "250"]),
            KeyEncoding = KeyEncoding.U64BE,
            OnRowError = RowErrorPolicy.Skip,
        };
        InputFile File() => new()
        {
            Stream = new MemoryStream(Encoding.UTF8.GetBytes("id,v\nx,bad\n" + string.Concat(
                Enumerable.Range(0, 300).Select(i => $"{i},v\n{i},w\n")))),
            Format = InputFormat.Csv,
            KeyField = "id",
        };
        var plan = await new SnapshotStore(store).PlanBuildAsync(options, [File()], Token);
        var result = await new SnapshotStore(store).BuildAsync(options, [File()], null, Token);

        Assert.Equal(isSampled ? [null, 100L, 200L] : [null, 100L, 250L], plan.Ranges.Select(range => range.FirstKey));
        Assert.Equal(result.Shards.Select(shard => shard.RowCount), plan.Ranges.Select(range => (long)Math.Round(range.Share * 300)));
        Assert.Contains($"Shard 1, keys from 100 below {(isSampled ? "200: 33.33" : "250: 50")} % of the rows.", plan.Steps);
        Assert.Contains(plan.Steps, step => step.StartsWith("The largest of 3 ranges has ", StringComparison.Ordinal));
        Assert.Empty((await new SnapshotStore(store).PlanBuildAsync(options, Token)).Ranges);
    }
}
