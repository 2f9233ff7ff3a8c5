using System.Text.Json;

namespace ShardyFusion.Cli.Tests;

public class ReadCommandTests(PublishedFolder published) : IClassFixture<PublishedFolder>
{
    readonly SnapshotFolder folder = published.Folder;

    [Fact]
    public async Task Get_KeyThatIsThere_GivesValueShardAndRun()
    {
        var result = await folder.RunAsync("get", "42");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("get", result.Json.GetProperty("op").GetString());
        Assert.Equal("42", result.Json.GetProperty("key").GetString());
        Assert.True(result.Json.GetProperty("found").GetBoolean());
        Assert.Equal("second 42", result.Json.GetProperty("value").GetString());
        Assert.Equal(0, result.Json.GetProperty("shard_id").GetInt32());
        Assert.Equal("two", result.Json.GetProperty("run_id").GetString());
        Assert.Equal(1, result.Out.Count(c => c == '\n'));
    }

    [Fact]
    public async Task Get_KeyThatIsNot_ExitsWithZeroOrOneWhenStrict()
    {
        var result = await folder.RunAsync("get", "5000");
        Assert.Equal(0, result.ExitCode);
        Assert.False(result.Json.GetProperty("found").GetBoolean());
        Assert.Equal(JsonValueKind.Null, result.Json.GetProperty("value").ValueKind);
        Assert.Equal(1, (await folder.RunAsync("get", "5000", "--strict")).ExitCode);
    }

    [Theory]
    [InlineData("42", "text")]
    [InlineData("42", "int")]
    [InlineData("000000000000002a", "hex")]
    [InlineData("AAAAAAAAACo=", "base64")]
    public async Task Get_KeyInAnyFormat_FindsTheSameRow(string key, string format) =>
        Assert.Equal("second 42", (await folder.RunAsync("get", key, "--key-format", format)).Json.GetProperty("value").GetString());

    [Theory]
    [InlineData("base64", "c2Vjb25kIDQy")]
    [InlineData("hex", "7365636f6e64203432")]
    [InlineData("utf8", "second 42")]
    public async Task Get_ValueEncoding_ShowsTheBytesSo(string encoding, string expected) =>
        Assert.Equal(expected, (await folder.RunAsync("get", "42", "--value-encoding", encoding)).Json.GetProperty("value").GetString());

    [Theory]
    [InlineData("--run-id", "one")]
    [InlineData("--offset", "1")]
    public async Task Get_OlderSnapshot_ReadsItAndLeavesThePointer(string option, string value)
    {
        Assert.Equal("first 42", (await folder.RunAsync("get", "42", option, value)).Json.GetProperty("value").GetString());
        Assert.Equal("second 42", (await folder.RunAsync("get", "42")).Json.GetProperty("value").GetString());
    }

    [Fact]
    public async Task Get_Ref_ReadsThatSnapshot()
    {
        var history = (await folder.RunAsync("history")).Json.GetProperty("manifests");
        var result = await folder.RunAsync("get", "42", "--ref", history[1].GetProperty("ref").GetString()!);
        Assert.Equal("first 42", result.Json.GetProperty("value").GetString());
    }

    [Theory]
    [InlineData("abc", "text")]
    [InlineData("-1", "int")]
    [InlineData("9223372036854775808", "int")]
    [InlineData("4x", "int")]
    [InlineData("zz", "hex")]
    public async Task Get_KeyThatCannotBe_IsAnErrorThatNamesIt(string key, string format)
    {
        var result = await ShardyProcess.RunAsync("get", "--key-format", format, "--prefix", folder.Prefix, "--", key);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("ShardAssignment", result.ErrorJson.GetProperty("error_id").GetString());
        Assert.Equal(key, result.ErrorJson.GetProperty("key").GetString());
        Assert.Empty(result.Out);
    }

    [Fact]
    public async Task Multiget_KeysAndStandardInput_KeepTheirOrder()
    {
        var result = await ShardyProcess.RunWithAsync("7\n\n5000\n", null, "multiget", "3", "-", "3", "--prefix", folder.Prefix);
        Assert.Equal(0, result.ExitCode);
        var results = result.Json.GetProperty("results").EnumerateArray().ToArray();
        Assert.Equal(["3", "7", "5000", "3"], results.Select(r => r.GetProperty("key").GetString()));
        Assert.Equal([true, true, false, true], results.Select(r => r.GetProperty("found").GetBoolean()));
        Assert.False(results[2].TryGetProperty("value", out _));
    }

    [Fact]
    public async Task Multiget_OneBadKey_StillAnswersTheOthers()
    {
        var result = await folder.RunAsync("multiget", "3", "x", "7");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(["second 3", null, "second 7"],
            result.Json.GetProperty("results").EnumerateArray().Select(r => r.TryGetProperty("value", out var v) ? v.GetString() : null));
        Assert.Equal("x", result.ErrorJson.GetProperty("key").GetString());
    }

    [Fact]
    public async Task Info_CurrentSnapshot_HasTheOriginalsFields()
    {
        var info = (await folder.RunAsync("info")).Json;
        Assert.Equal("two", info.GetProperty("run_id").GetString());
        Assert.Equal(4, info.GetProperty("num_dbs").GetInt32());
        Assert.Equal("hash", info.GetProperty("sharding").GetString());
        Assert.Equal("u64be", info.GetProperty("key_encoding").GetString());
        Assert.Equal(100, info.GetProperty("row_count").GetInt64());
        Assert.StartsWith("file://", info.GetProperty("manifest_ref").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shards_CurrentSnapshot_AddUpToItsRows()
    {
        var shards = (await folder.RunAsync("shards")).Json.GetProperty("shards").EnumerateArray().ToArray();
        Assert.Equal([0, 1, 2, 3], shards.Select(s => s.GetProperty("db_id").GetInt32()));
        Assert.Equal(100, shards.Sum(s => s.GetProperty("row_count").GetInt64()));
        Assert.All(shards, s => Assert.True(s.GetProperty("min_key").GetInt64() <= s.GetProperty("max_key").GetInt64()));
    }

    [Theory]
    [InlineData("42", 0)]
    [InlineData("0", 1)]
    [InlineData("1", 2)]
    public async Task Route_KnownKeys_GiveTheGoldenShard(string key, int shard)
    {
        var result = (await folder.RunAsync("route", key)).Json;
        Assert.Equal(key, result.GetProperty("key").GetString());
        Assert.Equal(shard, result.GetProperty("db_id").GetInt32());
    }

    [Fact]
    public async Task History_NewestFirst_WithOffsetsFromTheCurrentOne()
    {
        var entries = (await folder.RunAsync("history")).Json.GetProperty("manifests").EnumerateArray().ToArray();
        Assert.Equal(["two", "one"], entries.Select(e => e.GetProperty("run_id").GetString()));
        Assert.Equal([0, 1], entries.Select(e => e.GetProperty("offset").GetInt32()));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$", entries[0].GetProperty("published_at").GetString());
        Assert.Equal(1, (await folder.RunAsync("history", "--limit", "1")).Json.GetProperty("manifests").GetArrayLength());
    }

    [Fact]
    public async Task Health_FreshSnapshot_IsHealthyOrDegradedByAge()
    {
        var result = await folder.RunAsync("health", "--deep", "--staleness-threshold", "600");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("healthy", result.Json.GetProperty("status").GetString());
        Assert.Equal(4, result.Json.GetProperty("num_shards").GetInt32());
        Assert.False(result.Json.GetProperty("is_closed").GetBoolean());
        Assert.Equal(0, result.Json.GetProperty("reasons").GetArrayLength());
        var stale = await folder.RunAsync("health", "--staleness-threshold", "0");
        Assert.Equal(1, stale.ExitCode);
        Assert.Equal("degraded", stale.Json.GetProperty("status").GetString());
        Assert.NotEqual(0, stale.Json.GetProperty("reasons").GetArrayLength());
    }

    [Theory]
    [InlineData("text", "42=second 42\n")]
    [InlineData("json", "{\n  \"op\": \"get\",\n")]
    [InlineData("jsonl", "{\"op\":\"get\",")]
    [InlineData("table", "key   42\nfound yes\nvalue second 42\n")]
    public async Task Output_EachMode_WritesItsForm(string mode, string start) =>
        Assert.StartsWith(start, (await folder.RunAsync("get", "42", "--output", mode)).Out, StringComparison.Ordinal);

    [Theory]
    [InlineData("multiget", "1", "5000")]
    [InlineData("info")]
    [InlineData("shards")]
    [InlineData("route", "1")]
    [InlineData("history")]
    [InlineData("health")]
    public async Task Output_TableAndText_MentionWhatTheyShow(params string[] args)
    {
        foreach (var mode in new[] { "table", "text" })
        {
            var result = await folder.RunAsync([.. args, "--output", mode]);
            Assert.True(result.ExitCode == 0 && result.Out.Length > 10 && result.Error.Length == 0, result.ToString());
            Assert.DoesNotContain("ShardyFusion.", result.Out, StringComparison.Ordinal);
            Assert.DoesNotContain('\u001b', result.Out);
        }
    }

    [Fact]
    public async Task Prefix_FromTheEnvironment_IsUsed()
    {
        var result = await ShardyProcess.RunWithAsync(null, new Dictionary<string, string> { ["SHARDYFUSION_PREFIX"] = folder.Prefix },
            "get", "1");
        Assert.Equal(0, result.ExitCode);
    }
}
