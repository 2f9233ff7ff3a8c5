namespace ShardyFusion.Cli.Tests;

/// <summary>Snapshots with SQLite shards, by the command.</summary>
public sealed class SqliteShardTests : IDisposable
{
    readonly SnapshotFolder folder = new(), other = new();

    public void Dispose()
    {
        folder.Dispose();
        other.Dispose();
    }

    [Fact]
    public async Task WriteReadVerifyAndCopy_SqliteShards_Work()
    {
        var path = folder.Write("a.csv", "id,name\n" + string.Concat(Enumerable.Range(1, 500).Select(i => $"{i},name {i}\n")));
        var written = await folder.RunAsync("write", path, "--key", "id", "--key-encoding", "u64be", "--shards", "2",
            "--shard-format", "sqlite");
        Assert.True(written.ExitCode == 0, written.ToString());
        Assert.Equal(500, written.Json.GetProperty("rows_written").GetInt64());
        Assert.Equal("name 42", (await folder.RunAsync("get", "42")).Json.GetProperty("value").GetProperty("name").GetString());
        Assert.Equal("SQLite (pages of 4096 bytes)", (await folder.RunAsync("info")).Json.GetProperty("engine").GetString());
        Assert.Equal(0, (await folder.RunAsync("verify", "--level", "deep")).ExitCode);
        var copied = await folder.RunAsync("copy", other.Prefix, "--shard-format", "rocksdb", "--publish");
        Assert.True(copied.ExitCode == 0, copied.ToString());
        Assert.Equal("rocksdb-sst", (await other.RunAsync("info")).Json.GetProperty("engine").GetString());
        Assert.Equal("name 42", (await other.RunAsync("get", "42")).Json.GetProperty("value").GetProperty("name").GetString());
    }

    [Fact]
    public async Task Write_SqliteShardsWithCompression_SaysWhy()
    {
        var path = folder.Write("a.csv", "id,name\n1,a\n");
        var refused = await folder.RunAsync("write", path, "--key", "id", "--shard-format", "sqlite", "--compression", "lz4");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("SQLite", refused.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
    }
}
