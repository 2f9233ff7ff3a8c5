using ShardyFusion.Building;
using ShardyFusion.Building.Input;
using ShardyFusion.Core.Tests.Building;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Routing;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Parquet;

/// <summary>Snapshots built from Parquet are those of the same rows from text.</summary>
public sealed class ParquetBuildTests : IDisposable
{
    readonly TempFolder folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("people-int", "id", "csv,jsonl")]
    [InlineData("people-str", "code", "csv,jsonl")]
    [InlineData("typed", "id", "jsonl")]
    public async Task Build_SameRows_GiveEqualShardsWhateverTheFormat(string name, string key, string others)
    {
        foreach (var values in new[] { null, new[] { name == "typed" ? "n" : "name" } })
        {
            var expected = await ShardsAsync($"{name}.parquet", key, values, parallelism: 2);
            Assert.Equal(expected, await ShardsAsync($"{name}.parquet", key, values, parallelism: 1));
            foreach (var other in others.Split(',')) Assert.Equal(expected, await ShardsAsync($"{name}.{other}", key, values, 2));
        }
    }

    [Theory]
    [InlineData("key % 3", 3)]
    [InlineData("city == 'Oslo' ? 0 : 1", 2)]
    public async Task Build_ByAnExpression_PlacesRowsByTheirColumns(string expression, int shards)
    {
        var options = new BuildOptions
        {
            Sharding = ShardingOptions.ByExpression(expression,
                expression.StartsWith("key", StringComparison.Ordinal) ? new Dictionary<string, string> { ["key"] = "int" }
                    : new Dictionary<string, string> { ["city"] = "string" }),
        };
        var parquet = await BuildAsync("people-int.parquet", "id", null, options);
        Assert.Equal(await BuildAsync("people-int.jsonl", "id", null, options), parquet);
        Assert.Equal(shards, parquet.Length);
    }

    [Fact]
    public async Task Build_ByRanges_SamplesTheKeys()
    {
        var options = new BuildOptions { Sharding = ShardingOptions.ByRanges(4) };
        var expected = await BuildAsync("people-int.jsonl", "id", null, options);
        Assert.Equal(expected, await BuildAsync("people-int.parquet", "id", null, options));
    }

    [Theory]
    [InlineData(DuplicateKeyPolicy.Last)]
    [InlineData(DuplicateKeyPolicy.First)]
    public async Task Build_KeysThatComeTwice_KeepTheRowThatIsAskedFor(DuplicateKeyPolicy policy)
    {
        var file = ParquetCase.All["keys-duplicate.parquet"];
        var expected = new Dictionary<string, string>();
        foreach (var row in file.Rows())
        {
            var (key, value) = (ExpectedForm.KeyText(row.GetProperty("id")), row.GetProperty("v").GetString()!);
            if (policy == DuplicateKeyPolicy.Last) expected[key] = value;
            else expected.TryAdd(key, value);
        }
        var store = ObjectStores.Open(folder["duplicates"]);
        await using var build = await BuiltSnapshots.StartAsync(store, new BuildOptions { ShardCount = 2, DuplicateKey = policy });
        await build.AddFileAsync(new InputFile { Path = file.FullPath, KeyField = "id", ValueFields = ["v"] }, Token);
        await build.CompleteAsync(Token);
        Assert.Equal(expected.OrderBy(row => row.Key, StringComparer.Ordinal), await BuiltSnapshots.ReadCurrentAsync(store));
    }

    [Fact]
    public async Task Build_FromADamagedFile_PublishesNothing()
    {
        var store = ObjectStores.Open(folder["damaged"]);
        await using var build = await BuiltSnapshots.StartAsync(store);
        await Assert.ThrowsAnyAsync<ShardyFusionException>(() =>
            build.AddFileAsync(new InputFile { Path = ParquetCase.All["bad-flip-crc.parquet"].FullPath, KeyField = "id" }, Token));
        await build.DisposeAsync();
        Assert.Null(await BuiltSnapshots.ReadCurrentAsync(store));
    }

    Task<string[]> ShardsAsync(string file, string key, string[]? values, int parallelism) => BuildAsync(file, key, values, new BuildOptions
    {
        ShardCount = 4,
        Parallelism = parallelism,
        KeyEncoding = key == "id" ? KeyEncoding.U64BE : KeyEncoding.Utf8,
        ValueEncoding = values is [var only] && only == "n" ? ValueEncoding.Json : null,
    });

    /// <summary>What the shards are, as hashes of their bytes.</summary>
    async Task<string[]> BuildAsync(string file, string key, string[]? values, BuildOptions options)
    {
        var store = ObjectStores.Open(folder[Guid.NewGuid().ToString("N")]);
        await using var build = await BuiltSnapshots.StartAsync(store, options);
        var path = Path.Combine(ParquetCase.Root, "equal", file);
        await build.AddFileAsync(new InputFile { Path = path, KeyField = key, ValueFields = values }, Token);
        var result = await build.CompleteAsync(Token);
        Assert.InRange(result.RowsWritten, 200, 300);
        return [.. result.Shards.Select(shard => $"{shard.ShardId} {shard.RowCount} {shard.Sha256}")];
    }
}
