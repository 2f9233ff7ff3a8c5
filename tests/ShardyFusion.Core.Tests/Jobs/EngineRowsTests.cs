using ShardyFusion.Building;
using ShardyFusion.Building.Input;
using ShardyFusion.Errors;
using ShardyFusion.Jobs;
using ShardyFusion.Routing;

namespace ShardyFusion.Core.Tests.Jobs;

/// <summary>Jobs whose rows an engine brings.</summary>
public sealed class EngineRowsTests : IDisposable
{
    static readonly InputFile Reading = new() { KeyField = "id", Format = InputFormat.JsonLines };

    readonly JobRig rig = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => rig.Dispose();

    Task<JobInfo> PlanAsync(JobRows rows, DuplicateKeyPolicy policy = DuplicateKeyPolicy.Fail) => rig.Jobs.PlanAsync(
        JobRig.Options with { DuplicateKey = policy }, new JobSource { Rows = rows, Reading = Reading }, Token);

    static int[] KeysOf(int shard) => [.. Enumerable.Range(0, 500).Where(key => ShardRouter.ForHash(4,
        KeyEncoding.U64BE).Route(key) == shard)];

    async Task<Dictionary<int, string>> LocalAsync()
    {
        var path = rig.Write("all.jsonl", await new StreamReader(JobRig.Json(Enumerable.Range(0, 500))).ReadToEndAsync(Token));
        return await rig.BuildLocallyAsync(JobRig.Options, Reading, path);
    }

    [Fact]
    public async Task RowsAsTheyCome_EqualsALocalBuild()
    {
        var job = await PlanAsync(JobRows.Engine);
        Assert.Null(job.Maps);
        var unsealed = await Assert.ThrowsAsync<ShardyFusionException>(() => rig.Jobs.ReduceAsync(job.JobId, [0], new JobWork(), Token));
        Assert.Contains("is not sealed", unsealed.Message, StringComparison.Ordinal);
        // Any order, any partition; one of them empty.
        await rig.Jobs.MapAsync(job.JobId, 2, JobRig.Json(Enumerable.Range(0, 250).Reverse()), new JobWork(), Token);
        await rig.Jobs.MapAsync(job.JobId, 0, JobRig.Json(Enumerable.Range(250, 250)), new JobWork(), Token);
        await rig.Jobs.MapAsync(job.JobId, 1, JobRig.Json([]), new JobWork(), Token);
        await rig.Jobs.SealAsync(job.JobId, 3, 500, Token);
        await rig.Jobs.SealAsync(job.JobId, 3, 500, Token);
        await Assert.ThrowsAsync<ShardyFusionException>(() => rig.Jobs.SealAsync(job.JobId, 4, 500, Token));
        await rig.Jobs.ReduceAsync(job.JobId, [0, 1, 2, 3], new JobWork(), Token);
        var done = await rig.Jobs.CompleteAsync(job.JobId, new BuildOptions(), null, Token);
        Assert.Equal(await LocalAsync(), rig.Hashes(done));
    }

    [Fact]
    public async Task RowsThatTheEngineCountedOtherwise_AreNotPublished()
    {
        var job = await PlanAsync(JobRows.Engine);
        await rig.Jobs.MapAsync(job.JobId, 0, JobRig.Json(Enumerable.Range(0, 250)), new JobWork(), Token);
        await rig.Jobs.SealAsync(job.JobId, 1, 251, Token);
        await rig.Jobs.ReduceAsync(job.JobId, [0, 1, 2, 3], new JobWork(), Token);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => rig.Jobs.CompleteAsync(job.JobId, new BuildOptions(), null,
            Token));
        Assert.Equal(ErrorKind.ShardCoverage, error.Kind);
        Assert.False(await rig.Store.HasSnapshotAsync(null, Token));
    }

    [Theory]
    [InlineData(DuplicateKeyPolicy.Last)]
    [InlineData(DuplicateKeyPolicy.First)]
    public async Task FirstOrLastOfRowsWithoutOrder_IsRefused(DuplicateKeyPolicy policy)
    {
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => PlanAsync(JobRows.Engine, policy));
        Assert.Contains("have no order", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnyOfSeveralRows_KeepsOne()
    {
        var job = await PlanAsync(JobRows.Engine, DuplicateKeyPolicy.Any);
        await rig.Jobs.MapAsync(job.JobId, 0, JobRig.Json(Enumerable.Range(0, 250), "a"), new JobWork(), Token);
        await rig.Jobs.MapAsync(job.JobId, 1, JobRig.Json(Enumerable.Range(100, 250), "b"), new JobWork(), Token);
        await rig.Jobs.SealAsync(job.JobId, 2, null, Token);
        await rig.Jobs.ReduceAsync(job.JobId, [0, 1, 2, 3], new JobWork(), Token);
        var done = await rig.Jobs.CompleteAsync(job.JobId, new BuildOptions(), null, Token);
        Assert.Equal((350L, 150L), (done.Build!.RowsWritten, done.Build.DuplicateRows));
    }

    [Fact]
    public async Task RowsThatTheEngineShuffled_EqualsALocalBuild()
    {
        var job = await PlanAsync(JobRows.Shuffled);
        await rig.Jobs.WriteShardsAsync(job.JobId, [0, 2], JobRig.Json([.. KeysOf(2), .. KeysOf(0)]), new JobWork(), Token);
        await rig.Jobs.WriteShardsAsync(job.JobId, [3], JobRig.Json(KeysOf(3)), new JobWork(), Token);
        var missing = await Assert.ThrowsAsync<ShardyFusionException>(() => rig.Jobs.CompleteAsync(job.JobId, new BuildOptions(), null,
            Token));
        Assert.Contains("job shard", missing.RecommendedAction, StringComparison.Ordinal);
        await rig.Jobs.WriteShardsAsync(job.JobId, [1], JobRig.Json(KeysOf(1)), new JobWork(), Token);
        var done = await rig.Jobs.CompleteAsync(job.JobId, new BuildOptions(), null, Token);
        Assert.Equal(await LocalAsync(), rig.Hashes(done));
    }

    [Fact]
    public async Task ShuffledRowOfAnotherShard_IsRefusedAndNamed()
    {
        var job = await PlanAsync(JobRows.Shuffled);
        int[] keys = [.. KeysOf(1), KeysOf(2)[0]];
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() =>
            rig.Jobs.WriteShardsAsync(job.JobId, [1], JobRig.Json(keys), new JobWork(), Token));
        Assert.Equal(ErrorKind.ShardAssignment, error.Kind);
        Assert.Contains($"Row {keys.Length}: key {keys[^1]} belongs to shard 2, not to 1", error.Message, StringComparison.Ordinal);
        Assert.Equal([0, 1, 2, 3], (await rig.Jobs.GetAsync(job.JobId, Token)).MissingShards);
    }
}
