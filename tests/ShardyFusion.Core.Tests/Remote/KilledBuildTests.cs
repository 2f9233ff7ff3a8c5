using System.Collections.Concurrent;
using System.Text;
using ShardyFusion.Building;
using ShardyFusion.Core.Tests.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Formats;
using ShardyFusion.Reading;
using ShardyFusion.Stores;
using static ShardyFusion.Core.Tests.Remote.RemotePrefix;

namespace ShardyFusion.Core.Tests.Remote;

/// <summary>Processes killed in the middle of an upload or a publish, as the server sees it: after each request that changed
/// something.</summary>
public abstract class KilledBuildTests
{
    readonly IStoreServer server;

    private protected KilledBuildTests(IStoreServer server) => this.server = server;

    static readonly int[] OldKeys = [.. Enumerable.Range(1000, 30)];
    static readonly int[] NextKeys = [.. Enumerable.Range(2000, 30)];

    static string Name(ProxiedRequest r) => r.Target switch
    {
        var t when t.EndsWith("/runs/_LOCK", StringComparison.Ordinal) => "lock",
        var t when t.EndsWith("/run.yaml", StringComparison.Ordinal) => "record",
        var t when t.EndsWith("/_CURRENT", StringComparison.Ordinal) => "pointer",
        var t when t.EndsWith("/manifest", StringComparison.Ordinal) => "manifest",
        _ when r.IsPart => "part " + PartNumber(r.Target),
        var t when t.EndsWith("uploads", StringComparison.Ordinal) => "upload start",
        _ when r.IsCompletion => "completion",
        _ => r.Method + " " + r.Target,
    };

    // S3 numbers parts; the name of a block ends with its number.
    static string PartNumber(string target)
    {
        var query = System.Web.HttpUtility.ParseQueryString(target[(target.IndexOf('?', StringComparison.Ordinal) + 1)..]);
        return query["partNumber"] ?? Encoding.ASCII.GetString(Convert.FromBase64String(query["blockid"]!)).Split('-')[1].TrimStart('0');
    }

    /// <summary>True where an upload in parts begins with a request of its own.</summary>
    private protected virtual bool HasUploadStart => true;

    static bool ChangesSomething(ProxiedRequest r) => r.Method is "PUT" or "POST" or "DELETE";

    [Fact]
    public async Task Kill_AfterEachWriteOfAMultipartBuild_SnapshotsStayWholeAndTheNextBuildAbortsTheUpload()
    {
        var killed = new ConcurrentDictionary<int, (string Step, int Uploads)>();
        var steps = await StepsOfAsync(killAfter: int.MaxValue, killed);
        await Parallel.ForEachAsync(Enumerable.Range(1, steps),
            new ParallelOptions { MaxDegreeOfParallelism = 3, CancellationToken = Token },
            async (step, _) => await StepsOfAsync(step, killed));

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", killed.OrderBy(static k => k.Key)
            .Select(static k => $"{k.Value.Step}{(k.Value.Uploads > 0 ? "*" : "")}")));
        Assert.Equal(steps, killed.Count);
        Assert.All(["lock", "record", "completion", "manifest", "pointer"], step => Assert.Contains(killed.Values, k => k.Step == step));
        Assert.Equal(HasUploadStart, killed.Values.Any(static k => k.Step == "upload start"));
        // Both parts are sent at the same time, so chance decides which of them a kill comes after.
        Assert.Equal(2, killed.Values.Count(static k => k.Step is "part 1" or "part 2"));
        // An upload under way is left behind by each death between its start and its completion.
        Assert.All(killed.Values, static k => Assert.Equal(k.Step is "upload start" or "part 1" or "part 2" ? 1 : 0, k.Uploads));
    }

    /// <summary>Kills a build right after the server carried out its n-th write, and has another build follow it.</summary>
    /// <returns>Number of writes seen.</returns>
    async Task<int> StepsOfAsync(int killAfter, ConcurrentDictionary<int, (string, int)> killed)
    {
        await using var prefix = await CreateAsync(server);
        await PublishAsync(prefix.Direct, OldKeys);
        var done = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        int writes = 0, carriedOut = 0;
        prefix.Proxy.On(ChangesSomething, async (proxy, request, token) =>
        {
            var number = Interlocked.Increment(ref writes);
            var answer = await proxy.ForwardAsync(request, token);
            Interlocked.Increment(ref carriedOut);
            if (number < killAfter)
                return answer;
            // The child waits for an answer that never comes, and so writes nothing more.
            done.TrySetResult(Name(request));
            await Task.Delay(Timeout.Infinite, token);
            return null;
        }, count: int.MaxValue);

        await using (var child = ChildProcess.Start(BuildAsync, server.ChildArguments(prefix.Path, prefix.Proxy.Endpoint)))
        {
            var ended = child.ReadLineAsync();
            await Task.WhenAny((Task)ended, done.Task).WaitAsync(TimeSpan.FromMinutes(2), Token);
            if (!done.Task.IsCompleted)
            {
                Assert.Equal("done", await ended);
                return writes;
            }
            await child.KillAsync();
        }
        var step = await done.Task;
        // Parts are sent two at a time: what is on its way arrives, and only then another build comes. One that arrives later still makes
        // Azure keep an upload that was dropped before, until the build after that or for a week.
        while (Volatile.Read(ref carriedOut) < Volatile.Read(ref writes)) await Task.Delay(10, Token);
        killed[killAfter] = (step, (await prefix.UploadsAsync()).Count);

        // Whatever the pointer names is whole: the old snapshot until the pointer was written, the new one from then on.
        await using (var reader = await prefix.Direct.OpenReaderAsync(new ReaderOptions { Mode = ReadMode.Range, MaxFallbacks = 0 }, Token))
        {
            if (reader.Info.RunId == "killed")
                Assert.Equal(LostAnswerTests.LargeValue(3), (await reader.GetAsync(3, Token)).Value);
            else
                Assert.Equal(Rows(OldKeys), await prefix.ReadAllAsync());
        }

        // The next build starts when the dead one's lease has ended.
        var later = prefix.Open(server.Connection(), new LaterClock(TimeSpan.FromHours(1)));
        var next = await PublishAsync(later, NextKeys);
        Assert.Equal(Rows(NextKeys), await prefix.ReadAllAsync());
        Assert.Empty(await prefix.UploadsAsync());
        var runs = await BuiltSnapshots.RunsAsync(prefix.Objects);
        Assert.Equal(RunStatus.Succeeded, runs.Single(run => run.RunId == next.RunId).Status);
        Assert.DoesNotContain(runs, static run => run.IsLive(DateTimeOffset.UtcNow.AddHours(1)));
        return writes;
    }

    static async Task<int> BuildAsync(string[] args)
    {
        var store = ObjectStores.Open(args[0], IStoreServer.OfChild(args));
        // The probe's writes are no steps of the build.
        ((IProbedStore)store).Record(new StoreVerdict(true, "The test says so.", DateTimeOffset.UtcNow));
        await using var build = await SnapshotBuild.StartAsync(store, new BuildOptions { ShardCount = 1, RunId = "killed" }, null,
            TimeProvider.System, CancellationToken.None);
        LostAnswerTests.AddLargeRows(build);
        await build.CompleteAsync(CancellationToken.None);
        Console.WriteLine("done");
        return 0;
    }
}
