using ShardyFusion.Building;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Maintenance;
using ShardyFusion.Reading;
using ShardyFusion.Routing;

namespace ShardyFusion.Core.Tests.Oracle;

/// <summary>Files that RocksDB wrote become a snapshot, whatever their options.</summary>
public sealed class ShardFilesOracleTests : IDisposable
{
    const int Shards = 3;

    readonly TempFolder folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("format_version=5", "filter=bloom")]
    [InlineData("format_version=3", "compression=snappy", "index=two_level", "filter=partitioned", "metadata_block_size=256")]
    [InlineData("format_version=4", "compression=lz4", "index=first_key", "filter=none", "checksum=xxhash64")]
    [InlineData("format_version=5", "compression=zlib", "index=hash", "filter=ribbon", "block_size=512")]
    public async Task Take_TablesOfRocksDb_AreServed(params string[] settings)
    {
        var oracle = RocksOracle.Require();
        var rows = OracleRows.Make("user", 5_000);
        var router = ShardRouter.ForHash(Shards, KeyEncoding.Utf8);
        Directory.CreateDirectory(folder["out"]);
        foreach (var shard in rows.GroupBy(row => router.RouteStored(row.Key)))
            oracle.Write(shard, folder[$"out/{shard.Key:D6}.sst"], settings);

        await using var store = SnapshotStore.Open(folder["snap"]);
        await using (var files = await store.FindShardFilesAsync(folder["out"], null, Token))
        {
            await using var build = await store.StartBuildAsync(new BuildOptions
            {
                ShardFiles = files,
                ShardCount = Shards,
                KeyEncoding = KeyEncoding.Utf8
            }, null, Token);
            Assert.Equal(rows.Count, (await build.CompleteAsync(Token)).RowsWritten);
        }
        Assert.Empty((await store.VerifyAsync(new VerifyOptions { Level = VerifyLevel.Deep }, null, Token)).Findings);
        foreach (var mode in new[] { ReadMode.Auto, ReadMode.Range })
        {
            await using var reader = await store.OpenReaderAsync(new ReaderOptions { Mode = mode }, Token);
            var found = await reader.GetManyAsync([.. rows.Select(row => (object)row.Key)], Token);
            Assert.All(found.Zip(rows), pair => Assert.Equal(pair.Second.Value, pair.First.Value));
        }
    }

    [Fact]
    public async Task Take_TableWithADeletion_IsUnsupportedAndSaysHowToHelp()
    {
        var oracle = RocksOracle.Require();
        Directory.CreateDirectory(folder["out"]);
        oracle.Write(OracleRows.Make("user", 100), folder["out/x.sst"], "tombstone=zzzz");
        await using var store = SnapshotStore.Open(folder["snap"]);
        await using var files = await store.FindShardFilesAsync(folder["out"], null, Token);
        await using var build = await store.StartBuildAsync(new BuildOptions
        {
            ShardFiles = files,
            ShardCount = 1,
            KeyEncoding = KeyEncoding.Utf8
        }, null, Token);
        var error = await Assert.ThrowsAnyAsync<ShardyFusionException>(() => build.CompleteAsync(Token));
        Assert.Equal(ErrorKind.ShardUnsupported, error.Kind);
        Assert.Contains("compact", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains("deletion", error.Message, StringComparison.Ordinal);
    }
}
