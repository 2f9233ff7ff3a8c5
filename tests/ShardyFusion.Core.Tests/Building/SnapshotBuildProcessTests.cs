using ShardyFusion.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Stores;
using static ShardyFusion.Core.Tests.Building.BuiltSnapshots;

namespace ShardyFusion.Core.Tests.Building;

/// <summary>Builds in processes of their own: killed at every step, and racing each other.</summary>
public sealed class SnapshotBuildProcessTests : IDisposable
{
    readonly TempFolder folder = new();
    readonly IObjectStore store;

    public SnapshotBuildProcessTests() => store = ObjectStores.Open(folder["snap"]);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Kill_AtEveryStoreCallOfABuild_LeavesTheOldSnapshotAndNoLeftovers()
    {
        long[] oldKeys = [.. Enumerable.Range(0, 50)], newKeys = [.. Enumerable.Range(100, 50)];
        await PublishAsync(store, oldKeys, "old");
        var published = "old";
        var step = 1;
        var killed = new List<string>();
        for (; ; step++)
        {
            await using var child = ChildProcess.Start(BuildAndStopAtAsync, folder.Path, $"{step}");
            var line = await child.ReadLineAsync();
            if (line == "done") break;
            killed.Add(line ?? "nothing");
            await child.KillAsync();

            var current = await ReadCurrentAsync(store);
            if (current!.ContainsKey("100")) published = "new";
            Assert.Equal(published == "old" ? Expected(oldKeys, "old") : Expected(newKeys, "new"), current);
        }
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', killed));
        // The build's own steps: lock, record, shard upload and completion, manifest, pointer, record, lock.
        Assert.All(["Put runs/_LOCK", "OpenUpload shards/", "UploadComplete shards/", "Put manifests/", "Put _CURRENT"],
            part => Assert.Contains(killed, k => k.StartsWith(part, StringComparison.Ordinal)));

        await PublishAsync(store, oldKeys, "after");
        Assert.Equal(Expected(oldKeys, "after"), await ReadCurrentAsync(store));
        Assert.DoesNotContain(Directory.EnumerateFiles(folder["snap"], "*", SearchOption.AllDirectories),
            f => f.Contains("/.tmp/", StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateDirectories(folder["spill"]));
        // Every killed run that had written its record was marked by whoever took the lock over.
        Assert.DoesNotContain(await RunsAsync(store), r => r.Status == RunStatus.Running
            && r.LeaseExpiresAt < DateTimeOffset.UtcNow.AddSeconds(-30));
    }

    /// <summary>Builds with a lease so short that the next process need not wait for it; reports and hangs at the n-th call.</summary>
    static async Task<int> BuildAndStopAtAsync(string[] args)
    {
        var (root, stopAt) = (args[0], int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture));
        var counting = new CountingStore(ObjectStores.Open(Path.Combine(root, "snap")), stopAt);
        Directory.CreateDirectory(Path.Combine(root, "spill"));
        var options = new BuildOptions
        {
            ShardCount = 2,
            Parallelism = 1,
            SpillDirectory = Path.Combine(root, "spill"),
            LeaseDuration = TimeSpan.FromSeconds(1),
            HeartbeatInterval = TimeSpan.FromMilliseconds(900),
        };
        for (var wait = 0; ; wait++)
        {
            try
            {
                await using var build = await SnapshotBuild.StartAsync(counting, options, null, new TimersThatNeverFire(),
                    CancellationToken.None);
                for (var key = 100; key < 150; key++) build.Add(key, "new" + key);
                await build.CompleteAsync(CancellationToken.None);
                break;
            }
            catch (ShardyFusionException e) when (e.Kind == ErrorKind.BuildInProgress && wait < 100)
            {
                await Task.Delay(100); // the killed predecessor's lease
                counting.StartOver();
            }
        }
        Console.WriteLine("done");
        return 0;
    }

    // A heartbeat between two steps, as on a busy machine, would give the steps other numbers in each process.
    sealed class TimersThatNeverFire : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    [Fact]
    public async Task Publish_TwoProcessesAtOnce_LoseNothingSilently()
    {
        const int rounds = 40;
        await PublishAsync(store, [0], "start");
        await using var first = ChildProcess.Start(PublishManyAsync, folder.Path, "a", $"{rounds}", "exclusive");
        await using var second = ChildProcess.Start(PublishManyAsync, folder.Path, "b", $"{rounds}", "exclusive");
        await using var third = ChildProcess.Start(PublishManyAsync, folder.Path, "c", $"{rounds}", "concurrent");
        var children = new[] { first, second, third };
        var exits = Task.WhenAll(children.Select(c => c.ExitCodeAsync()));
        var seen = 0;
        while (!exits.IsCompleted)
        {
            Assert.NotEmpty((await ReadCurrentAsync(store))!);
            seen++;
        }
        Assert.All(await exits, code => Assert.Equal(0, code));
        var won = 0;
        var lost = 0;
        foreach (var child in children)
        {
            var report = (await child.ReadLineAsync())!.Split(' ');
            won += int.Parse(report[0], System.Globalization.CultureInfo.InvariantCulture);
            lost += int.Parse(report[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        Assert.Equal(3 * rounds, won + lost);
        Assert.True(won >= rounds / 2, $"{won} won, {lost} lost, {seen} states seen");
        var runs = await RunsAsync(store);
        Assert.Equal(won + 1, runs.Count(r => r.Status == RunStatus.Succeeded));
    }

    static async Task<int> PublishManyAsync(string[] args)
    {
        var store = ObjectStores.Open(Path.Combine(args[0], "snap"));
        var options = new BuildOptions { ShardCount = 2, Parallelism = 1, AllowConcurrentBuild = args[3] == "concurrent" };
        var (won, lost) = (0, 0);
        for (var round = 0; round < int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture); round++)
        {
            try
            {
                await using var build = await SnapshotBuild.StartAsync(store, options, null, TimeProvider.System, CancellationToken.None);
                for (var key = 0; key < 5; key++) build.Add(key, $"{args[1]}{round}");
                await build.CompleteAsync(CancellationToken.None);
                won++;
            }
            catch (ShardyFusionException e) when (e.Kind is ErrorKind.BuildInProgress or ErrorKind.PointerConflict)
            {
                lost++;
            }
        }
        Console.WriteLine($"{won} {lost}");
        return 0;
    }
}
