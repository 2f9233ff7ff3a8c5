namespace ShardyFusion.Cli.Tests;

public sealed class WaitCommandTests(PublishedFolder published) : IClassFixture<PublishedFolder>
{
    [Fact]
    public async Task Wait_AfterAnOlderRun_DescribesWhatIsCurrent()
    {
        var result = await published.Folder.RunAsync("wait", "--after", "one");
        Assert.Equal((0, "two"), (result.ExitCode, result.Json.GetProperty("run_id").GetString()));
    }

    [Fact]
    public async Task Wait_ForNothingNew_EndsWithItsTimeout()
    {
        var result = await published.Folder.RunAsync("wait", "--interval", "20ms", "--timeout", "200ms");
        Assert.Equal((1, "TimedOut"), (result.ExitCode, result.ErrorJson.GetProperty("error_id").GetString()));
        Assert.StartsWith("No newer snapshot became current", result.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
    }
}
