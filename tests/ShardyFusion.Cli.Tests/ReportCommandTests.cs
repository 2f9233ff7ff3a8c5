namespace ShardyFusion.Cli.Tests;

public sealed class ReportCommandTests(PublishedFolder published) : IClassFixture<PublishedFolder>
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    SnapshotFolder Folder => published.Folder;

    [Fact]
    public async Task Report_ToAFile_SaysWhereAndWhatAndReplacesOnlyByForce()
    {
        var path = Path.Combine(Folder.Root, "page.html");
        var result = await Folder.RunAsync("report", path);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal((path, "healthy", "two"), (result.Json.GetProperty("path").GetString(), result.Json.GetProperty("status").GetString(),
            result.Json.GetProperty("run_id").GetString()));
        Assert.Equal(new FileInfo(path).Length, result.Json.GetProperty("bytes").GetInt64());
        Assert.Contains("data-row=\"one\"", await File.ReadAllTextAsync(path, Token), StringComparison.Ordinal);

        await File.WriteAllTextAsync(path, "yesterday's", Token);
        var refused = await Folder.RunAsync("report", path);
        Assert.Equal((2, "ConfigValidation"), (refused.ExitCode, refused.ErrorJson.GetProperty("error_id").GetString()));
        Assert.Equal("yesterday's", await File.ReadAllTextAsync(path, Token));
        Assert.Equal(0, (await Folder.RunAsync("report", path, "--overwrite")).ExitCode);
        Assert.StartsWith("<!doctype html>", await File.ReadAllTextAsync(path, Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_ToStandardOutput_IsThePageAndNothingElse()
    {
        Assert.Contains("data-figure=\"freed_bytes\"", (await Folder.RunAsync("report", "-")).Out, StringComparison.Ordinal);
        var result = await Folder.RunAsync("report", "-", "--limit", "1", "--skip-storage");
        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith("<!doctype html>", result.Out, StringComparison.Ordinal);
        Assert.EndsWith("</html>\n", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("data-figure=\"freed_bytes\"", result.Out, StringComparison.Ordinal);
        Assert.Contains("there are older ones", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("data-row=\"one\"", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_OfAStalePrefix_SaysSoAndEndsWell()
    {
        var result = await Folder.RunAsync("report", "-", "--staleness-threshold", "0");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("<title>Degraded · ", result.Out, StringComparison.Ordinal);
    }
}
