using ShardyFusion.Catalog;

namespace ShardyFusion.Reporting;

/// <summary>How evenly the rows of a snapshot lie on its shards.</summary>
sealed record ShardBalance
{
    /// <summary>Rows by <c>db_id</c>; 0 for a shard that is left out because it is empty.</summary>
    public required IReadOnlyList<long> Rows { get; init; }
    public required double Average { get; init; }
    public required long Median { get; init; }
    /// <summary>The shard with the most rows; null without rows.</summary>
    public required ShardInfo? Largest { get; init; }
    /// <summary>The shard with the fewest rows among those that have any; null without rows.</summary>
    public required ShardInfo? Smallest { get; init; }
    /// <summary>Shards without rows, by <c>db_id</c>.</summary>
    public required IReadOnlyList<int> Empty { get; init; }

    /// <summary>Rows of the largest shard against an average one; 0 without rows. The same figure that a limit of the skew is compared
    /// with.</summary>
    public double Skew => Largest is null ? 0 : Largest.RowCount / Average;

    /// <summary>True for twice the average, and more than hashing alone explains: in small shards six standard deviations are more than
    /// that.</summary>
    public bool IsFarAboveAverage(long rows) => rows > Math.Max(2 * Average, Average + (6 * Math.Sqrt(Average)));

    public static ShardBalance Of(SnapshotInfo info)
    {
        var rows = new long[info.ShardCount];
        foreach (var shard in info.Shards) rows[shard.ShardId] = shard.RowCount;
        var sorted = rows.Order().ToArray();
        return new ShardBalance
        {
            Rows = rows,
            Average = (double)info.RowCount / info.ShardCount,
            Median = sorted[sorted.Length / 2],
            Largest = info.Shards.MaxBy(shard => shard.RowCount) is { RowCount: > 0 } largest ? largest : null,
            Smallest = info.Shards.Where(shard => shard.RowCount > 0).MinBy(shard => shard.RowCount),
            Empty = [.. Enumerable.Range(0, rows.Length).Where(dbId => rows[dbId] == 0)],
        };
    }
}
