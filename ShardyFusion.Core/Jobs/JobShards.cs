using ShardyFusion.Building.Shards;

namespace ShardyFusion.Jobs;

/// <summary>The shards that a job's tasks have written.</summary>
sealed class JobShards(JobPlan plan, IReadOnlyList<ShardRecord> records) : IShardSupply
{
    readonly ShardAttemptResult[] results = [.. records.Select(record => record.ToResult(plan.JobId, plan.ShardFormat))
        .OfType<ShardAttemptResult>()];

    public int ShardsDone => records.Count;

    public int ShardsTotal => records.Count;

    public long BytesWritten => results.Sum(result => result.Summary.FileBytes);

    public Task<WrittenShards> RunAsync(CancellationToken cancellationToken) => Task.FromResult(new WrittenShards(results, [], 0));
}
