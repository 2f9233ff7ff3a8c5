using Database = RocksDbSharp.RocksDb;
using DbOptions = RocksDbSharp.DbOptions;

namespace ShardyFusion.Cli.Tests;

/// <summary>shardy with RocksDB databases.</summary>
public sealed class DatabaseCommandTests : IDisposable
{
    readonly SnapshotFolder folder = new();

    public void Dispose() => folder.Dispose();

    string Make()
    {
        var path = Path.Combine(folder.Root, "db");
        using var database = Database.Open(new DbOptions().SetCreateIfMissing(), path);
        database.Put("a", "one");
        database.Put("b", "two");
        return path;
    }

    /// <summary>The library is beside the tests, not beside the command that they start.</summary>
    Task<ShardyProcess.Result> RunAsync(string? library, params string[] args) => ShardyProcess.RunWithAsync(null,
        new Dictionary<string, string> { ["SHARDYFUSION_ROCKSDB"] = library ?? AppContext.BaseDirectory },
        [.. args, "--prefix", folder.Prefix]);

    [Fact]
    public async Task Write_Database_NeedsNoKeyColumn()
    {
        var written = await RunAsync(null, "write", Make(), "--format", "rocksdb", "--key-encoding", "utf8", "--value-encoding", "utf8");
        Assert.True(written.ExitCode == 0, written.ToString());
        Assert.Equal("two", (await folder.RunAsync("get", "b")).Json.GetProperty("value").GetString());

        var family = await RunAsync(null, "write", Make(), "--format", "rocksdb", "--column-family", "users");
        Assert.Equal("InputInvalid", family.ErrorJson.GetProperty("error_id").GetString());
        Assert.Contains("it has: default", family.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_Database_IsReadBackByTheOptionsItNames()
    {
        await folder.PublishAsync("one", "first");
        var path = Path.Combine(folder.Root, "made");
        var exported = await RunAsync(null, "export", path, "--format", "rocksdb", "--column-family", "cities");
        Assert.True(exported.ExitCode == 0, exported.ToString());
        Assert.Equal(100, exported.Json.GetProperty("rows").GetInt32());
        var readBack = exported.Json.GetProperty("read_back").GetString()!;
        Assert.Equal("--format rocksdb --column-family cities --key-encoding u64be --value-encoding utf8", readBack);
        var written = await RunAsync(null, ["write", path, .. readBack.Split(' ')]);
        Assert.True(written.ExitCode == 0, written.ToString());
        Assert.Equal("first 7", (await folder.RunAsync("get", "7")).Json.GetProperty("value").GetString());

        var again = await RunAsync(null, "export", path, "--format", "rocksdb", "--overwrite");
        Assert.Contains("already exists", again.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
        var standard = await RunAsync(null, "export", "-", "--format", "rocksdb");
        Assert.Contains("a folder, not a stream", standard.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
        var perShard = await RunAsync(null, "export", path + "2", "--format", "rocksdb", "--column-family-per-shard");
        Assert.Equal("", perShard.Json.GetProperty("read_back").GetString());
    }

    [Fact]
    public async Task Write_LibraryIsNotThere_SaysWhatBringsIt()
    {
        var written = await RunAsync(Path.Combine(folder.Root, "nowhere.so"), "write", Make(), "--format", "rocksdb");
        Assert.Equal("ConfigValidation", written.ErrorJson.GetProperty("error_id").GetString());
        Assert.Contains("Install-Module ShardyFusion.RocksDb.Native", written.ErrorJson.GetProperty("action").GetString(),
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.Prefix) && Directory.EnumerateFiles(folder.Prefix, "*CURRENT*").Any());
    }

    [Fact]
    public async Task Write_LibraryIsNoLibrary_SaysSo()
    {
        var file = folder.Write("librocksdb.so", "text");
        var written = await RunAsync(file, "write", Make(), "--format", "rocksdb");
        Assert.Contains("does not load", written.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_FolderWithoutFormat_SaysThatItLooksLikeADatabase()
    {
        var written = await folder.RunAsync("write", Make(), "--key", "id");
        Assert.Contains("RocksDb", written.ErrorJson.GetProperty("action").GetString(), StringComparison.Ordinal);
        Assert.Equal(2, (await folder.RunAsync("write", folder.Write("a.csv", "id\n1\n"))).ExitCode);
    }
}
