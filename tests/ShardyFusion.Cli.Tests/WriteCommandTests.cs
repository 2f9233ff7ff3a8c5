using System.IO.Compression;
using System.Text;

namespace ShardyFusion.Cli.Tests;

public sealed class WriteCommandTests : IDisposable
{
    readonly SnapshotFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Write_Csv_ReportsWhatItDid()
    {
        var path = folder.Write("a.csv", "id,name,zip\n1,Ada,7\n2,Bob,8\n1,Ann,9\n");
        var result = await folder.RunAsync("write", path, "--key", "id", "--shards", "2", "--key-encoding", "u64be", "--run-id", "r1",
            "--message", "hello");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("write", result.Json.GetProperty("op").GetString());
        Assert.Equal("r1", result.Json.GetProperty("run_id").GetString());
        Assert.True(result.Json.GetProperty("published").GetBoolean());
        Assert.Equal(3, result.Json.GetProperty("rows_read").GetInt64());
        Assert.Equal(2, result.Json.GetProperty("rows_written").GetInt64());
        Assert.Equal(1, result.Json.GetProperty("duplicate_rows").GetInt64());
        var value = (await folder.RunAsync("get", "1")).Json.GetProperty("value");
        Assert.Equal("Ann", value.GetProperty("name").GetString());
        Assert.Equal("hello", (await folder.RunAsync("info")).Json.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Write_StandardInput_ReadsJsonLines()
    {
        var result = await ShardyProcess.RunWithAsync("{\"id\":\"a\",\"v\":{\"z\":1,\"b\":2}}\n", null, "write", "-", "--key", "id",
            "--value", "v", "--shards", "1", "--prefix", folder.Prefix);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal("""{"b":2,"z":1}""", (await folder.RunAsync("get", "a")).Json.GetProperty("value").GetString());
    }

    [Fact]
    public async Task Write_PackedTsvOfAnotherEncoding_IsRead()
    {
        var path = Path.Combine(folder.Root, "a.tsv.gz");
        using (var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest))
            gzip.Write(Encoding.Latin1.GetBytes("id\tv\nk\té\n"));
        var result = await folder.RunAsync("write", path, "--key", "id", "--value", "v", "--max-keys-per-shard", "10", "--input-encoding",
            "iso-8859-1");
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal("é", (await folder.RunAsync("get", "k")).Json.GetProperty("value").GetString());
    }

    [Fact]
    public async Task Write_Limited_WritesAllRowsAndRefusesSenselessRates()
    {
        var path = folder.Write("a.csv", "id,v\n1,a\n2,b\n");
        var result = await folder.RunAsync("write", path, "--key", "id", "--max-writes-per-second", "100000.5",
            "--max-write-bytes-per-second", "1MiB", "--max-uploads-per-second", "5");
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(2, result.Json.GetProperty("rows_written").GetInt64());
        Assert.Equal(2, (await folder.RunAsync("write", path, "--key", "id", "--max-writes-per-second", "0")).ExitCode);
        Assert.Equal(2, (await folder.RunAsync("info", "--prefix", "s3://bucket/path", "--max-reads-per-second", "0")).ExitCode);
    }

    [Fact]
    public async Task Write_DryRun_WritesNothing()
    {
        var path = folder.Write("a.csv", "id,v\n1,a\n");
        var result = await folder.RunAsync("write", path, "--key", "id", "--shards", "2", "--dry-run");
        Assert.Equal(0, result.ExitCode);
        Assert.True(result.Json.GetProperty("dry_run").GetBoolean());
        Assert.NotEqual(0, result.Json.GetProperty("steps").GetArrayLength());
        Assert.Empty(folder.Files("*"));
    }

    [Fact]
    public async Task Write_NoPublish_LeavesThePointer()
    {
        await folder.PublishAsync("one", "first");
        var path = folder.Write("a.csv", "id,v\n1,a\n");
        var result = await folder.RunAsync("write", path, "--key", "id", "--shards", "2", "--no-publish", "--run-id", "staged");
        Assert.False(result.Json.GetProperty("published").GetBoolean());
        Assert.Equal("one", (await folder.RunAsync("info")).Json.GetProperty("run_id").GetString());
        Assert.Equal("staged", (await folder.RunAsync("info", "--run-id", "staged")).Json.GetProperty("run_id").GetString());
    }

    [Fact]
    public async Task Write_SkipAndReject_CountAndListBadRows()
    {
        var path = folder.Write("a.csv", "id,v\n1,a\nx,b\n3\n4,d\n");
        var skipped = await folder.RunAsync("write", path, "--key", "id", "--value", "v", "--shards", "2", "--key-encoding", "u64be",
            "--on-row-error", "skip");
        Assert.Equal(2, skipped.Json.GetProperty("rejected_rows").GetInt64());
        var rejects = Path.Combine(folder.Root, "rejects.jsonl");
        var rejected = await folder.RunAsync("write", path, "--key", "id", "--value", "v", "--shards", "2", "--key-encoding", "u64be",
            "--reject-file", rejects);
        Assert.True(rejected.ExitCode == 0, rejected.ToString());
        Assert.Equal(2, File.ReadAllLines(rejects).Length);
        var limited = await folder.RunAsync("write", path, "--key", "id", "--value", "v", "--shards", "2", "--key-encoding", "u64be",
            "--on-row-error", "skip", "--max-row-errors", "1");
        Assert.Equal(1, limited.ExitCode);
    }

    [Theory]
    [InlineData("id,v\n1,a\n", "InputInvalid", "none", "--key", "none")]
    [InlineData("id,v\n1,a\nabc,b\n", "ShardAssignment", "Row 2", "--key", "id", "--key-encoding", "u64be")]
    [InlineData("id,v\n1,a\n-5,b\n", "ShardAssignment", "Row 2", "--key", "id", "--key-encoding", "u64be")]
    [InlineData("id,v\n9223372036854775808,b\n", "ShardAssignment", "Row 1", "--key", "id", "--key-encoding", "u64be")]
    [InlineData("id,v\n1,a\n,b\n", "ShardAssignment", "Row 2", "--key", "id")]
    [InlineData("id,v\n1,a\n2,b\n1,c\n", null, "1", "--key", "id", "--duplicate-key", "fail")]
    [InlineData("id,v\n", null, "row", "--key", "id")]
    [InlineData("id,v\n1,a\n2\n", "InputInvalid", "Row 2", "--key", "id")]
    [InlineData("id,v\n1,\"a\n", "InputInvalid", "row 1", "--key", "id")]
    [InlineData("", "InputInvalid", "empty", "--key", "id")]
    public async Task Write_BadInput_SaysWhatAndWhere_AndPublishesNothing(string text, string? errorId, string place, params string[] args)
    {
        await folder.PublishAsync("one", "first");
        var path = folder.Write("bad.csv", text);
        var result = await folder.RunAsync(["write", path, "--shards", "2", "--run-id", "bad", .. args]);
        Assert.Equal(1, result.ExitCode);
        Assert.Empty(result.Out);
        if (errorId is not null) Assert.Equal(errorId, result.ErrorJson.GetProperty("error_id").GetString());
        Assert.Contains(place, result.ErrorJson.GetProperty("error").GetString(), StringComparison.OrdinalIgnoreCase);
        Assert.False(string.IsNullOrWhiteSpace(result.ErrorJson.GetProperty("action").GetString()));
        Assert.Equal("one", (await folder.RunAsync("info")).Json.GetProperty("run_id").GetString());
        var record = Assert.Single(folder.Files("run.yaml"), f => f.Contains("run_id=bad", StringComparison.Ordinal));
        Assert.Contains("status: failed", await File.ReadAllTextAsync(record, TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_MissingFile_BeginsNothing()
    {
        var result = await folder.RunAsync("write", Path.Combine(folder.Root, "none.csv"), "--key", "id", "--shards", "2");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("none.csv", result.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Empty(folder.Files("*"));
    }

    [Fact]
    public async Task Write_PrefixInsideAFile_IsAnError()
    {
        var path = folder.Write("a.csv", "id,v\n1,a\n");
        var result = await ShardyProcess.RunAsync("write", path, "--key", "id", "--shards", "2", "--prefix", Path.Combine(path, "snap"));
        Assert.Equal(1, result.ExitCode);
        Assert.False(string.IsNullOrWhiteSpace(result.ErrorJson.GetProperty("error").GetString()));
    }
}
