namespace ShardyFusion.Cli.Tests;

public class DemoTests
{
    [Fact]
    public async Task Demo_EmptyPrefix_TellsTheWholeStory()
    {
        using var folder = new SnapshotFolder();
        var result = await folder.RunAsync("demo");
        Assert.True(result.ExitCode == 0, result.ToString());
        foreach (var word in new[] { "shardy write", "shardy get", "shardy multiget", "shardy shards", "shardy route", "shardy history",
            "shardy rollback", "shardy health", "24,323", "2102650", "2138551", "healthy", "Rolled back." })
            Assert.Contains(word, result.Out, StringComparison.Ordinal);
        Assert.Equal("cities-1", (await folder.RunAsync("info")).Json.GetProperty("run_id").GetString());
        var again = await folder.RunAsync("demo");
        Assert.Equal(2, again.ExitCode);
    }
}
