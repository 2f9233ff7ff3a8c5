using ShardyFusion.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Maintenance;
using static ShardyFusion.Core.Tests.S3.S3Prefix;

namespace ShardyFusion.Core.Tests.S3;

/// <summary>Comparing and exporting on a real S3 server.</summary>
public sealed class CompareStoryTests(S3Server server)
{
    [Fact]
    public async Task CompareThenExport_ChangedSnapshot_SeesTheChange()
    {
        await using var prefix = await CreateAsync(server);
        await PublishAsync(prefix.Direct, Enumerable.Range(0, 3000), options: new BuildOptions { ShardCount = 3 });
        await PublishAsync(prefix.Direct, Enumerable.Range(0, 3000), options: new BuildOptions { ShardCount = 3 });
        var gets = prefix.Direct.Counters.Gets;
        Assert.True((await prefix.Direct.CompareAsync(new CompareOptions(), null, null, null, Token)).RowsEqual);
        // The pointer and two manifests.
        Assert.Equal(3, prefix.Direct.Counters.Gets - gets);

        await PublishAsync(prefix.Direct, Enumerable.Range(1, 3000), options: new BuildOptions { ShardCount = 4 });
        var figures = await prefix.Direct.CompareAsync(new CompareOptions(), null, null, null, Token);
        Assert.Equal((1L, 1L, 0L), (figures.Added, figures.Removed, figures.Changed));
        var keys = new List<object>();
        await foreach (var row in (await prefix.Direct.OpenExportAsync(new ExportOptions { FirstKey = 2990 }, Token)).ReadAsync(Token))
            keys.Add(row.Key);
        Assert.Equal(Enumerable.Range(2990, 11).Select(key => (object)(ulong)key), keys);
    }
}
