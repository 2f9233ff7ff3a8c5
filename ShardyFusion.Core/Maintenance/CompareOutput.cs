using ShardyFusion.Telemetry;

namespace ShardyFusion.Maintenance;

/// <summary>Who is told of what a comparison finds.</summary>
/// <param name="Differences">Takes the rows that differ, in batches, from several threads at once; within a batch in key order. Called for
/// <see cref="CompareLevel.Rows"/> alone; null for nobody.</param>
/// <param name="Progress">Told after each group of shards, from any thread; null for nobody.</param>
sealed record CompareOutput(Func<IReadOnlyList<RowDifference>, CancellationToken, ValueTask>? Differences,
    IProgress<ShardProgress>? Progress);
