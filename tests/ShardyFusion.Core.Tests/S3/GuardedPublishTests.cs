using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Publishing;
using ShardyFusion.Publishing.Guards;
using ShardyFusion.Reading;
using static ShardyFusion.Core.Tests.S3.S3Prefix;

namespace ShardyFusion.Core.Tests.S3;

/// <summary>Guards, forced publishes and probes on a real S3 server.</summary>
public sealed class GuardedPublishTests(S3Server server)
{
    static BuildOptions Guarded(string runId, PublishRules rules) => new() { ShardCount = 2, RunId = runId, Rules = rules };

    static PublishRules RowDrop => new()
    {
        Limits = new GuardLimits { MaxDrop = RowLimit.OfPercent(10) },
        Canaries = [new Canary(7, "new7")],
        ProbeKeys = ["8"],
    };

    [Fact]
    public async Task Publish_RowsDropped_ReadersNeverSeeItUntilItIsForced()
    {
        await using var prefix = await CreateAsync(server);
        await PublishAsync(prefix.Direct, Enumerable.Range(0, 100), "old", Guarded("old", new PublishRules()));
        await using var reader = await prefix.Direct.OpenReaderAsync(new ReaderOptions(), Token);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => PublishAsync(prefix.Direct, Enumerable.Range(0, 50), "new",
            Guarded("bad", RowDrop)));
        Assert.Equal(ErrorKind.GuardFailed, error.Kind);
        Assert.False((await reader.RefreshAsync(Token)).Changed);

        await PublishAsync(prefix.Direct, Enumerable.Range(0, 50), "new",
            Guarded("forced", RowDrop with { PublishFailedChecks = true, Reason = "they moved" }));
        Assert.Equal("forced", (await reader.RefreshAsync(Token)).To);
        var entries = new List<HistoryEntry>();
        await foreach (var entry in prefix.Direct.GetHistoryAsync(null, Token)) entries.Add(entry);
        Assert.Equal([("forced", "they moved"), ("bad", null), ("old", null)], entries.Select(e => (e.RunId, e.Forced?.Reason)));
        Assert.Equal([("MaxDrop", false), ("Canaries", true)], entries[1].Guards.Select(g => (g.Name, g.Passed)));
    }

    [Fact]
    public async Task Probe_KeyMissing_PointerGoesBack()
    {
        await using var prefix = await CreateAsync(server);
        await PublishAsync(prefix.Direct, [1, 2], "old", Guarded("old", new PublishRules()));
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => PublishAsync(prefix.Direct, [1, 2], "new",
            Guarded("new", new PublishRules { ProbeKeys = [3] })));
        Assert.Equal(ErrorKind.ProbeFailed, error.Kind);
        Assert.Equal(Rows([1, 2], "old"), await prefix.ReadAllAsync());
    }
}
