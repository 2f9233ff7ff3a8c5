using ShardyFusion.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Runs;
using ShardyFusion.Stores;
using static ShardyFusion.Core.Tests.S3.S3Prefix;

namespace ShardyFusion.Core.Tests.S3;

/// <summary>Runs that died or are stopped, on a real S3 server.</summary>
public sealed class ResumedBuildTests(S3Server server)
{
    const int Rows = 2000;

    static BuildOptions Options => new() { ShardCount = 4, Parallelism = 1 };

    static bool IsShardPut(ProxiedRequest r) => r.Method == "PUT" && r.Target.EndsWith("/shard.sst", StringComparison.Ordinal);

    [Fact]
    public async Task Resume_ProcessKilledBetweenTwoShards_UploadsOnlyTheMissingOnes()
    {
        await using var prefix = await CreateAsync(server);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var uploads = 0;
        prefix.Proxy.On(IsShardPut, async (proxy, request, token) =>
        {
            if (Interlocked.Increment(ref uploads) < 3) return await proxy.ForwardAsync(request, token);
            reached.TrySetResult();
            await Task.Delay(Timeout.Infinite, token);
            return null;
        }, count: int.MaxValue);
        await using (var child = ChildProcess.Start(BuildAsync, prefix.Path, prefix.Proxy.Endpoint, server.AccessKey, server.SecretKey))
        {
            await reached.Task.WaitAsync(TimeSpan.FromMinutes(2), Token);
            await child.KillAsync();
        }
        var left = await prefix.KeysAsync("shards/");
        Assert.Equal(2, left.Count);

        var later = prefix.Open(server.Connection(), new LaterClock(TimeSpan.FromHours(1)));
        var before = later.Counters.BytesWritten;
        BuildResult resumed;
        await using (var build = await later.StartBuildAsync(Options with { ResumeRunId = "killed" }, null, Token))
        {
            Fill(build);
            resumed = await build.CompleteAsync(Token);
        }
        Assert.Equal((2, Rows), (resumed.KeptShards, resumed.RowsWritten));
        var uploaded = resumed.Shards.Where(s =>
            !left.Contains(SnapshotPaths.ShardKey(SnapshotPaths.AttemptKey("killed", s.ShardId, s.Attempt)))).Sum(s => s.Bytes);
        Assert.InRange(later.Counters.BytesWritten - before, uploaded, uploaded + (64 << 10)); // and lock, record, manifest, pointer

        // Another prefix, never interrupted, has the very same objects.
        await using var whole = await CreateAsync(server);
        await using (var build = await whole.Direct.StartBuildAsync(Options with { RunId = "killed" }, null, Token))
        {
            Fill(build);
            await build.CompleteAsync(Token);
        }
        Assert.Equal(await whole.KeysAsync("shards/"), await prefix.KeysAsync("shards/"));
        foreach (var key in await whole.KeysAsync("shards/"))
            Assert.Equal((await whole.Objects.GetAsync(key, 1 << 20, Token))!.Content.ToArray(),
                (await prefix.Objects.GetAsync(key, 1 << 20, Token))!.Content.ToArray());
        Assert.Equal(await whole.ReadAllAsync(), await prefix.ReadAllAsync());
    }

    static void Fill(SnapshotBuild build)
    {
        for (var key = 0; key < Rows; key++) build.Add(key, "value " + key);
    }

    static async Task<int> BuildAsync(string[] args)
    {
        var store = ObjectStores.Open(args[0], new StoreConnection
        {
            EndpointUrl = args[1],
            AccessKeyId = args[2],
            SecretAccessKey = args[3]
        });
        await using var build = await SnapshotBuild.StartAsync(store, Options with { RunId = "killed" }, null, TimeProvider.System,
            CancellationToken.None);
        Fill(build);
        await build.CompleteAsync(CancellationToken.None);
        return 0;
    }

    [Fact]
    public async Task Stop_LiveBuild_SeenBySecondSessionAndEnded()
    {
        await using var prefix = await CreateAsync(server);
        await PublishAsync(prefix.Direct, [1, 2, 3]);
        await using (var build = await prefix.Direct.StartBuildAsync(new BuildOptions
        {
            ShardCount = 1,
            RunId = "live",
            StopPollInterval = TimeSpan.FromMilliseconds(20)
        }, null, Token))
        {
            var other = prefix.Open(server.Connection());
            var run = await other.GetRunAsync("live", Token);
            Assert.Equal(RunState.Running, run.State);
            var refused = await Assert.ThrowsAsync<ShardyFusionException>(() => other.StartBuildAsync(new BuildOptions { ShardCount = 1 },
                null, Token));
            Assert.Equal((ErrorKind.BuildInProgress, "live"), (refused.Kind, refused.Target));
            await other.StopRunAsync(run, "not today", declareDead: false, Token);
            Assert.Equal(ErrorKind.BuildStopped, Assert.Throws<ShardyFusionException>(() => AddForEver(build)).Kind);
        }
        Assert.Equal((RunState.Failed, "BuildStopped"), ((await prefix.Direct.GetRunAsync("live", Token)).State,
            (await prefix.Direct.GetRunAsync("live", Token)).ErrorType));
        Assert.Equal(S3Prefix.Rows([1, 2, 3]), await prefix.ReadAllAsync());
    }

    static void AddForEver(SnapshotBuild build)
    {
        for (var key = 0; ; key++)
        {
            Token.ThrowIfCancellationRequested();
            build.Add(key % 10, "v");
        }
    }
}
