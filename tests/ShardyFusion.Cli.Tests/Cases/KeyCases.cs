namespace ShardyFusion.Cli.Tests.Cases;

/// <summary>Keys that look like something else.</summary>
public sealed class KeyCases : CaseFolder
{
    [Fact]
    public async Task Case01_AtKey_IsTheLiteralKey()
    {
        var result = await BuildAsync("01-at-key/in.csv", "--key", "handle", "--value", "name", "--message", "@all of it");
        Assert.Equal("A", await GetAsync("@alice"));
        Assert.Equal("B", (await Folder.RunAsync("get", "@org/pkg")).Json.GetProperty("value").GetString());
        Assert.Equal(2, (await Folder.RunAsync("multiget", "@alice", "bob")).Out.Split("\"found\":true").Length - 1);
        Assert.Equal("@all of it", (await Folder.RunAsync("info")).Json.GetProperty("message").GetString());
        foreach (var verb in new[] { "route", "key-history" }) Assert.Equal(0, (await Folder.RunAsync(verb, "@alice")).ExitCode);
        Assert.NotNull(result);
    }

    [Fact]
    public async Task Case61_AtFile_IsNotReadAsArguments()
    {
        await BuildAsync("01-at-key/in.csv", "--key", "handle", "--value", "name");
        var start = ShardyProcess.Start(new Dictionary<string, string>(), "get", $"@{Input("61-atfile/atfile")}", "--prefix",
            Folder.Prefix);
        start.StandardInput.Close();
        var result = await ShardyProcess.FinishAsync(start);
        Assert.False(result.Json.GetProperty("found").GetBoolean(), result.ToString());
        Assert.StartsWith("@", result.Json.GetProperty("key").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Case18_LeadingZeros_AreKeptAsTextAndRefusedAsIntegers()
    {
        await BuildAsync("18-leading-zeros/in.csv", "--key", "code", "--value", "n");
        Assert.Equal(("a", "b"), (await GetAsync("007"), await GetAsync("7")));
        var (result, reasons) = await RejectedAsync("18-leading-zeros/in.csv", "--key", "code", "--value", "n", "--key-encoding", "u64be");
        Assert.Contains("leading zeros", Assert.Single(reasons), StringComparison.Ordinal);
        Assert.Equal((1, 0), (result.Json.GetProperty("rows_written").GetInt32(), result.Json.GetProperty("duplicate_rows").GetInt32()));
        var lookup = await Folder.RunAsync("get", "007");
        Assert.Contains("utf8", lookup.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Case19_KeyForms_AreFoundAsTheyAre()
    {
        var written = await BuildAsync("19-key-forms/in.csv", "--key", "id", "--value", "n");
        var rows = (await File.ReadAllLinesAsync(Input("19-key-forms/in.csv"), TestContext.Current.CancellationToken)).Skip(1).ToArray();
        Assert.Equal(rows.Length, written.Json.GetProperty("rows_written").GetInt32());
        var keys = rows.Select(r => r[..r.LastIndexOf(',')]).Select(k => k.StartsWith('"')
            ? k[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : k).Where(k => k != "-").ToArray();
        var result = await ShardyProcess.RunAsync(["multiget", "--strict", "--prefix", Folder.Prefix, "--", .. keys]);
        Assert.True(result.ExitCode == 0, result.ToString());
        foreach (var key in new[] { "-5", "[diagram]", "[suggest]", "x=y", "/p:1" })
            Assert.NotNull((await Folder.RunAsync("get", key)).Json.GetProperty("value").GetString());
    }

    [Fact]
    public async Task Case33_KeyListWithCrlfAndMark_FindsTheKeys()
    {
        await BuildAsync("33-keylist-crlf/in.csv", "--key", "id", "--value", "v");
        var result = await ShardyProcess.RunWithAsync(await File.ReadAllTextAsync(Input("33-keylist-crlf/keys.txt"),
            TestContext.Current.CancellationToken), null,
            "multiget", "-", "--strict", "--prefix", Folder.Prefix);
        Assert.True(result.ExitCode == 0, result.ToString());
    }

    [Fact]
    public async Task Case42_UnicodeKeys_AreFoundByteForByteUnderEveryLocale()
    {
        var written = await BuildAsync("42-unicode-keys/in.csv", "--key", "id", "--value", "n");
        Assert.Equal((0, 0), (written.Json.GetProperty("duplicate_rows").GetInt32(), written.Json.GetProperty("rejected_rows").GetInt32()));
        var rows = (await RowsAsync()).Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(written.Json.GetProperty("rows_written").GetInt32(), rows.Length);
        foreach (var locale in new[] { "C.UTF-8", "tr_TR.UTF-8" })
        {
            var asked = rows.Where(r => r.GetProperty("key").GetString()!.Length < 100).ToArray();
            var result = await ShardyProcess.RunWithAsync(null, new Dictionary<string, string> { ["LC_ALL"] = locale },
                ["multiget", "--strict", "--prefix", Folder.Prefix, "--", .. asked.Select(r => r.GetProperty("key").GetString()!)]);
            Assert.Equal(asked.Select(r => r.GetProperty("value").GetString()), result.Json.GetProperty("results").EnumerateArray()
                .Select(r => r.GetProperty("value").GetString()));
        }
    }

    [Fact]
    public async Task Case43_KeySize_OverTheLimitIsARowError()
    {
        await RefusedAsync("43-key-size/in.csv", "Row 1: Key 'xxx", "--key", "id", "--value", "n");
        await RefusedAsync("43-key-size/in.csv", "65,535 bytes", "--key", "id", "--value", "n", "--on-row-error", "skip");
    }
}
