namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>How a table is read.</summary>
/// <param name="Name">What errors call the file; null for its path.</param>
/// <param name="Memory">Keeps packed blocks that are unpacked more than once; null unpacks them each time.</param>
sealed record SstReadOptions(string? Name = null, BlockCache? Memory = null)
{
    /// <summary>The defaults.</summary>
    public static SstReadOptions Default { get; } = new();
}
