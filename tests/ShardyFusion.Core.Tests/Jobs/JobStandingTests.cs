using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Jobs;
using ShardyFusion.Runs;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Jobs;

/// <summary>Jobs beside other runs; tasks that run twice, late, or die.</summary>
public sealed class JobStandingTests : IDisposable
{
    readonly JobRig rig = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => rig.Dispose();

    Task<JobInfo> PlanAsync(int maps = 3) => rig.Jobs.PlanAsync(JobRig.Options, JobRig.Files(maps, rig.WriteCsv()), Token);

    [Fact]
    public async Task TaskThatRunsTwice_ChangesNothing()
    {
        var job = await PlanAsync();
        var first = await rig.Jobs.MapAsync(job.JobId, 1, null, new JobWork(), Token);
        var again = await rig.Jobs.MapAsync(job.JobId, 1, null, new JobWork(), Token);
        Assert.False(first.AlreadyDone);
        Assert.Equal(first with { AlreadyDone = true, Warnings = again.Warnings }, again);
        Assert.Single(Directory.EnumerateFiles(rig["jobs"], "*.rows", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task TasksSideBySide_OneWins_AndTheLosersLeaveNothing()
    {
        var job = await PlanAsync(maps: 1);
        var maps = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => rig.Jobs.MapAsync(job.JobId, 0, null, new JobWork(),
            Token))));
        Assert.Single(maps, map => !map.AlreadyDone);
        Assert.Single(Directory.EnumerateFiles(rig["jobs"], "*.rows", SearchOption.AllDirectories));
        var reduces = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => rig.Jobs.ReduceAsync(job.JobId, [0, 1, 2, 3],
            new JobWork(), Token))));
        Assert.Equal(4, reduces.SelectMany(shards => shards).Count(shard => !shard.AlreadyDone));
        Assert.Equal(4, Directory.EnumerateFiles(rig["jobs"], "shard.sst", SearchOption.AllDirectories).Count());
    }

    [Fact]
    public async Task Complete_SideBySide_MakesOneSnapshot()
    {
        var job = await PlanAsync(maps: 1);
        await rig.Jobs.MapAsync(job.JobId, 0, null, new JobWork(), Token);
        await rig.Jobs.ReduceAsync(job.JobId, [0, 1, 2, 3], new JobWork(), Token);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Run(async () =>
        {
            try
            {
                return (object)await rig.Jobs.CompleteAsync(job.JobId, new BuildOptions(), null, Token);
            }
            catch (ShardyFusionException e)
            {
                return e;
            }
        })));
        // Those that came later took the run over from those before, or found it complete; none says what is not so.
        Assert.Single(Directory.EnumerateDirectories(Path.Combine(rig["jobs"], "manifests")));
        var info = await rig.Store.GetInfoAsync(SnapshotSelector.Current, Token);
        Assert.Equal(job.JobId, info.RunId);
        Assert.All(outcomes.OfType<JobCompletion>(), done => Assert.Equal(info.ManifestRef, done.ManifestRef));
        var last = await rig.Jobs.CompleteAsync(job.JobId, new BuildOptions(), null, Token);
        Assert.True(last.AlreadyDone);
    }

    [Fact]
    public async Task LocalBuildBesideAJob_IsRefused_UntilTheLeaseHasEnded_ThenTheJobIsOver()
    {
        var job = await PlanAsync();
        await rig.Jobs.MapAsync(job.JobId, 0, null, new JobWork(), Token);
        var busy = await Assert.ThrowsAsync<ShardyFusionException>(() => BuildAsync());
        Assert.Equal((ErrorKind.BuildInProgress, job.JobId), (busy.Kind, busy.Target));
        rig.Clock.Now += TimeSpan.FromMinutes(40);
        // A sign of life.
        await rig.Jobs.MapAsync(job.JobId, 1, null, new JobWork(), Token);
        rig.Clock.Now += TimeSpan.FromMinutes(40);
        await Assert.ThrowsAsync<ShardyFusionException>(() => BuildAsync());
        rig.Clock.Now += TimeSpan.FromMinutes(30);
        await BuildAsync();

        var late = await Assert.ThrowsAsync<ShardyFusionException>(() => rig.Jobs.MapAsync(job.JobId, 2, null, new JobWork(), Token));
        Assert.Contains("job resume", late.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(RunState.Failed, (await rig.Jobs.GetAsync(job.JobId, Token)).State);
        var resumed = await rig.Jobs.ResumeAsync(job.JobId, Token);
        Assert.Equal((RunState.Running, 2), (resumed.State, resumed.MapsDone));
        var done = await rig.FinishAsync(job);
        Assert.Equal(2000, done.Build!.RowsWritten);
        Assert.Equal("local", done.Build.PreviousRunId);
    }

    Task<BuildResult> BuildAsync() => rig.Store.BuildAsync(JobRig.Options with { RunId = "local" },
        [JobRig.Reading with { Path = rig.WriteCsv("other.csv") }], null, Token);

    [Fact]
    public async Task CompleteOfAJobThatAnotherRunHasOvertaken_PublishesNothing()
    {
        var job = await PlanAsync(maps: 1);
        await rig.Jobs.MapAsync(job.JobId, 0, null, new JobWork(), Token);
        await rig.Jobs.ReduceAsync(job.JobId, [0, 1, 2, 3], new JobWork(), Token);
        rig.Clock.Now += TimeSpan.FromHours(2);
        await using var other = await rig.Store.StartBuildAsync(JobRig.Options with { RunId = "local" }, null, Token);
        var zombie = await Assert.ThrowsAsync<ShardyFusionException>(() => rig.Jobs.CompleteAsync(job.JobId, new BuildOptions(), null,
            Token));
        Assert.Equal((ErrorKind.BuildInProgress, "local"), (zombie.Kind, zombie.Target));
        Assert.False(await rig.Store.HasSnapshotAsync(null, Token));
    }

    [Fact]
    public async Task CompleteThatFailsOnceTheRunIsItsOwn_KeepsThePrefixFromNobody()
    {
        var job = await PlanAsync(maps: 1);
        await rig.Jobs.MapAsync(job.JobId, 0, null, new JobWork(), Token);
        await rig.Jobs.ReduceAsync(job.JobId, [0, 1, 2, 3], new JobWork(), Token);
        var faulty = new SnapshotStore(new FaultyStore(rig.Objects).Fail(StoreOperation.List, "manifests/"), rig.Clock);
        await Assert.ThrowsAsync<ShardyFusionException>(() => faulty.Jobs.CompleteAsync(job.JobId, new BuildOptions(), null, Token));
        Assert.Equal(RunState.Failed, (await rig.Jobs.GetAsync(job.JobId, Token)).State);
        await BuildAsync();
        Assert.Equal(2000, (await rig.Jobs.CompleteAsync(job.JobId, new BuildOptions(), null, Token)).Build!.RowsWritten);
    }

    [Fact]
    public async Task CompleteThatComesTooEarly_LeavesTheRunToItsTasks()
    {
        var job = await PlanAsync(maps: 1);
        await Assert.ThrowsAsync<ShardyFusionException>(() => rig.Jobs.CompleteAsync(job.JobId, new BuildOptions(), null, Token));
        var done = await rig.FinishAsync(job);
        Assert.Equal(2000, done.Build!.RowsWritten);
    }

    [Fact]
    public async Task Stop_EndsTheJobAtItsNextTask_AndResumeGoesOn()
    {
        var job = await PlanAsync();
        await rig.Jobs.MapAsync(job.JobId, 0, null, new JobWork(), Token);
        await rig.Store.StopRunAsync(await rig.Store.GetRunAsync(job.JobId, Token), "wrong day", declareDead: false, Token);
        var stopped = await Assert.ThrowsAsync<ShardyFusionException>(() => rig.Jobs.MapAsync(job.JobId, 1, null, new JobWork(), Token));
        Assert.Equal(ErrorKind.BuildStopped, stopped.Kind);
        Assert.Contains("wrong day", stopped.Message, StringComparison.Ordinal);
        Assert.Equal(RunState.Failed, (await rig.Jobs.GetAsync(job.JobId, Token)).State);
        // The prefix is free.
        await BuildAsync();
        await rig.Jobs.ResumeAsync(job.JobId, Token);
        await rig.FinishAsync(job);
    }

    [Fact]
    public async Task TaskOfACompleteJob_IsNotRun()
    {
        var job = await PlanAsync(maps: 1);
        await rig.FinishAsync(job);
        var over = await Assert.ThrowsAsync<ShardyFusionException>(() => rig.Jobs.ReduceAsync(job.JobId, [0], new JobWork(), Token));
        Assert.Equal(ErrorKind.BuildStopped, over.Kind);
        await Assert.ThrowsAsync<ShardyFusionException>(() => rig.Jobs.ResumeAsync(job.JobId, Token));
    }

    [Fact]
    public async Task TasksThatDieAnywhere_AndRunAgain_GiveTheSameSnapshot()
    {
        var path = rig.WriteCsv(rows: 1500);
        var expected = await rig.BuildLocallyAsync(JobRig.Options, JobRig.Reading, path);
        var random = new Random(20261201);
        for (var round = 0; round < 12; round++)
        {
            using var other = new JobRig();
            var job = await other.Jobs.PlanAsync(JobRig.Options with { Parallelism = 1 }, JobRig.Files(4, path), Token);
            var tasks = Enumerable.Range(0, job.Maps!.Value).Select(map => (Func<ShardBuildJobs, Task>)(jobs =>
                jobs.MapAsync(job.JobId, map, null, new JobWork(), Token))).ToList();
            await DieAndRepeatAsync(other, tasks, random);
            await DieAndRepeatAsync(other, [.. Enumerable.Range(0, 4).Select(shard => (Func<ShardBuildJobs, Task>)(jobs =>
                jobs.ReduceAsync(job.JobId, [shard], new JobWork(), Token)))], random);
            var done = await other.Jobs.CompleteAsync(job.JobId, new BuildOptions(), null, Token);
            Assert.Equal(expected, other.Hashes(done));
            Assert.Equal((1500L, 0L), (done.Build!.RowsRead, done.Build.RejectedRows));
        }
    }

    /// <summary>Runs each task until it says that it is done: several at once, each on a store that fails from some request on, with or
    /// without having done what it was asked.</summary>
    static async Task DieAndRepeatAsync(JobRig rig, IReadOnlyList<Func<ShardBuildJobs, Task>> tasks, Random random)
    {
        foreach (var task in tasks)
        {
            for (var isDone = false; !isDone;)
            {
                var attempts = Enumerable.Range(0, random.Next(1, 4)).Select(_ =>
                {
                    var dying = new FaultyStore(rig.Objects);
                    var operation = (StoreOperation)random.Next((int)StoreOperation.Delete);
                    var nth = random.Next(1, 4);
                    if (random.Next(2) == 0) dying.Fail(operation, nth: nth, count: int.MaxValue, kind: ErrorKind.StorageDenied);
                    else dying.FailAfterwards(operation, nth: nth, count: int.MaxValue, kind: ErrorKind.StorageDenied);
                    return new SnapshotStore(dying, rig.Clock).Jobs;
                }).ToArray();
                var results = await Task.WhenAll(attempts.Select(jobs => Task.Run(async () =>
                {
                    try
                    {
                        await task(jobs);
                        return true;
                    }
                    catch (ShardyFusionException)
                    {
                        return false;
                    }
                })));
                isDone = results.Contains(true);
            }
        }
    }
}
