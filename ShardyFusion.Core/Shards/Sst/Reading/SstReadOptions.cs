namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>How a table is read.</summary>
/// <param name="Name">What errors call the file; null for its path.</param>
sealed record SstReadOptions(string? Name = null)
{
    /// <summary>The defaults.</summary>
    public static SstReadOptions Default { get; } = new();
}
