namespace ShardyFusion.Publishing;

/// <summary>A pointer that was moved.</summary>
/// <param name="ETag">The pointer's version as read back.</param>
/// <param name="SupersededBy">The run that another publisher moved the pointer to right after; null when ours is current.</param>
sealed record PointerSwap(string ETag, string? SupersededBy)
{
    /// <summary>What went wrong after the pointer had moved; null when nothing did.</summary>
    public string? Warning { get; init; }
}
