namespace ShardyFusion.Module.Tests;

public sealed class GuideTests
{
    [Fact]
    public async Task CSharpGuide_EveryExample_PrintsWhatThePageShows()
    {
        var guide = new GuideProgram();
        Assert.True(guide.Examples.Count >= 12, $"Only {guide.Examples.Count} examples were found.");
        var folder = Directory.CreateTempSubdirectory("shardyfusion-guide-").FullName;
        try
        {
            var (outputs, errors) = await guide.RunAsync(folder, TestContext.Current.CancellationToken);
            Assert.Equal("", errors);
            Assert.Equal(string.Join("\n", guide.Examples.Select(example => example.Output)), string.Join("\n", outputs));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
