namespace ShardyFusion.Cli.Tests;

public class UsageTests
{
    [Theory]
    [InlineData("get", "1")]
    [InlineData("get")]
    [InlineData("nonsense")]
    [InlineData("get", "1", "--prefix", "p", "--output", "xml")]
    [InlineData("get", "1", "--prefix", "p", "--output", "2")]
    [InlineData("get", "1", "--prefix", "p", "--ref", "a", "--offset", "1")]
    [InlineData("get", "1", "--prefix", "p", "--offset", "one")]
    [InlineData("get", "1", "--prefix", "p", "--key-format", "octal")]
    [InlineData("rollback", "--prefix", "p")]
    [InlineData("rollback", "--prefix", "p", "--run-id", "a", "--offset", "1")]
    [InlineData("write", "--prefix", "p", "--key", "id")]
    [InlineData("write", "x.csv", "--prefix", "p")]
    [InlineData("write", "-", "--prefix", "p", "--key", "id", "--shards", "0")]
    [InlineData("write", "-", "--prefix", "p", "--key", "id", "--shards", "two")]
    [InlineData("write", "-", "--prefix", "p", "--key", "id", "--shards", "2", "--max-keys-per-shard", "10")]
    [InlineData("write", "-", "--prefix", "p", "--key", "id", "--delimiter", "ab")]
    [InlineData("write", "-", "--prefix", "p", "--key", "id", "--on-row-error", "reject")]
    [InlineData("write", "-", "--prefix", "p", "--key", "id", "--memory", "much")]
    [InlineData("write", "-", "--prefix", "p", "--key", "id", "--run-id", "a/b")]
    [InlineData("write", "x.csv", "--shard-format", "x", "--prefix", "p", "--key", "id")]
    [InlineData("multiget", "a", "b", "--stict", "--prefix", "p")]
    [InlineData("get", "-z", "--prefix", "p")]
    [InlineData("write", "-", "--prefix", "p", "--key", "id", "--quote", "two")]
    [InlineData("write", "-", "--prefix", "p", "--key", "id", "--header-in-comment")]
    [InlineData("write", "-", "--prefix", "p", "--key", "id", "--value-format", "json")]
    [InlineData("write", "-", "--prefix", "p", "--key", "id", "--key-format", "json")]
    [InlineData("history", "--prefix", "p", "--limit", "-1")]
    [InlineData("health", "--prefix", "p", "--staleness-threshold", "-1")]
    [InlineData("health", "--prefix", "p", "--interval", "0")]
    [InlineData("history", "--prefix", "p", "--timeout", "0")]
    [InlineData("tag", "gold", "--prefix", "p", "--expires-in", "40000d")]
    [InlineData("write", "-", "--prefix", "p", "--key", "id", "--memory", "99999999999999999999999999T")]
    public async Task Shardy_WrongUse_ExitsWithTwoAndSaysWhy(params string[] args)
    {
        using var folder = new SnapshotFolder();
        // A relative prefix would be made in the current folder if anything were written.
        var result = await ShardyProcess.RunAsync([.. args.Select(a => a == "p" ? folder.Prefix : a)]);
        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Out);
        Assert.True(result.ErrorJson.GetProperty("error").GetString()!.Length > 10, result.ToString());
        Assert.False(Directory.Exists(folder.Prefix));
    }

    [Fact]
    public async Task Shardy_UnknownOption_IsNamed()
    {
        var result = await ShardyProcess.RunAsync("multiget", "a", "--stict", "--prefix", "p");
        Assert.Contains("'--stict' is not known", result.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'9G9' is not a size. Use bytes, or 64KiB, 512MiB, 20GiB.", "warm", "--cache-size", "9G9")]
    [InlineData("'8388608TiB' is too large: a size is below 8,388,608 TiB.", "health", "--min-free", "8388608TiB")]
    [InlineData("'often' is not a duration. Use seconds, or 15m, 12h, 30d.", "health", "--expected-every", "often")]
    [InlineData("'1y' is not a duration. Use seconds, or 15m, 12h, 30d.", "freeze", "--expires-in", "1y")]
    [InlineData("'40000d' is too long: at most 36500d.", "cleanup", "--grace", "40000d")]
    public async Task Shardy_NoSizeOrDuration_SaysWhatIs(string sentence, params string[] args)
    {
        using var folder = new SnapshotFolder();
        var result = await folder.RunAsync(args);
        Assert.Equal((2, sentence), (result.ExitCode, result.ErrorJson.GetProperty("error").GetString()));
    }

    [Theory]
    [InlineData("500M")]
    [InlineData("0.5 GiB")]
    [InlineData("536870912")]
    public async Task Shardy_Size_IsTakenInEveryForm(string size)
    {
        using var folder = new SnapshotFolder();
        var result = await folder.RunAsync("history", "--max-read-bytes-per-second", size, "--timeout", "5m");
        // There is nothing at the prefix; the command line was understood.
        Assert.Equal((1, "StorageNotFound"), (result.ExitCode, result.ErrorJson.GetProperty("error_id").GetString()));
    }

    [Fact]
    public async Task Shardy_WrongUseInTextMode_WritesAPlainLineAndAnAdvice()
    {
        var result = await ShardyProcess.RunAsync("get", "--output", "text");
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("error: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("shardy get --help", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("write", "--help")]
    [InlineData("--version")]
    public async Task Shardy_Help_ExitsWithZero(params string[] args)
    {
        var result = await ShardyProcess.RunAsync(args);
        Assert.Equal(0, result.ExitCode);
        Assert.NotEmpty(result.Out);
    }
}
