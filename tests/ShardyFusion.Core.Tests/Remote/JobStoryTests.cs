using System.Security.Cryptography;
using ShardyFusion.Building;
using ShardyFusion.Building.Input;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Jobs;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Jobs;

namespace ShardyFusion.Core.Tests.Remote;

/// <summary>A job on a real object store: lost answers, tasks side by side, request counts.</summary>
public abstract class JobStoryTests
{
    readonly IStoreServer server;

    private protected JobStoryTests(IStoreServer server) => this.server = server;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Job_OfTasksSideBySide_WhoseAnswersAreLost_EqualsALocalBuild()
    {
        using var rig = new JobRig();
        var path = rig.WriteCsv(rows: 4000);
        var expected = await rig.BuildLocallyAsync(JobRig.Options, JobRig.Reading, path);
        await using var prefix = await RemotePrefix.CreateAsync(server);
        // Each document of the job is written, and nobody hears of it the first time.
        prefix.Proxy.On(request => request.Method == "PUT" && request.Target.Contains("/job/", StringComparison.Ordinal)
            && request.Target.Contains(".json", StringComparison.Ordinal), async (proxy, request, token) =>
            {
                await proxy.ForwardAsync(request, token);
                return null;
            }, count: 3);
        var store = prefix.OpenProxied();
        var job = await store.Jobs.PlanAsync(JobRig.Options, JobRig.Files(3, path), Token);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() => store.Jobs.MapAsync(job.JobId, i % 3, null, new JobWork(),
            Token))));
        Assert.Equal(3, (await prefix.Direct.Jobs.GetAsync(job.JobId, Token)).MapsDone);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() => store.Jobs.ReduceAsync(job.JobId, [i % 2, 2 + i % 2],
            new JobWork(),
            Token))));
        var done = await store.Jobs.CompleteAsync(job.JobId, new BuildOptions(), null, Token);
        var hashes = new Dictionary<int, string>();
        foreach (var shard in done.Build!.Shards)
        {
            var found = await prefix.Objects.GetAsync(SnapshotPaths.ShardKey(SnapshotPaths.AttemptKey(job.JobId, shard.ShardId,
                shard.Attempt)),
                long.MaxValue, Token);
            hashes[shard.ShardId] = Convert.ToHexStringLower(SHA256.HashData(found!.Content.Span));
        }
        Assert.Equal(expected, hashes);
        Assert.True((await store.Jobs.CompleteAsync(job.JobId, new BuildOptions(), null, Token)).AlreadyDone);
        Assert.Equal(job.JobId, (await prefix.Direct.GetInfoAsync(SnapshotSelector.Current, Token)).RunId);
    }

    [Fact]
    public async Task Reduce_OfAShard_TakesAFewRequestsAMap()
    {
        using var rig = new JobRig();
        var path = rig.WriteCsv(rows: 20_000);
        await using var prefix = await RemotePrefix.CreateAsync(server);
        var job = await prefix.Direct.Jobs.PlanAsync(JobRig.Options, JobRig.Files(6, path), Token);
        for (var map = 0; map < job.Maps; map++) await prefix.Direct.Jobs.MapAsync(job.JobId, map, null, new JobWork(), Token);
        await using var store = SnapshotStore.Open(prefix.Path, server.Connection());
        await store.Jobs.ReduceAsync(job.JobId, [0], new JobWork(), Token);
        // A record, a part of a table and a part of the rows each; beside them what keeps the job alive, and the shard.
        var requests = store.Counters.Gets + store.Counters.Puts + store.Counters.Lists + store.Counters.Heads;
        Assert.InRange(requests, 3 * job.Maps!.Value, 3 * job.Maps.Value + 20);
        await prefix.Direct.Jobs.ReduceAsync(job.JobId, [1, 2, 3], new JobWork(), Token);
        var late = await Assert.ThrowsAsync<ShardyFusionException>(() => prefix.Direct.BuildAsync(JobRig.Options,
            [new InputFile { Path = path, KeyField = "id" }], null, Token));
        Assert.Equal(ErrorKind.BuildInProgress, late.Kind);
        Assert.Equal(2000, (await prefix.Direct.Jobs.CompleteAsync(job.JobId, new BuildOptions(), null, Token)).Build!.RowsWritten);
    }
}
