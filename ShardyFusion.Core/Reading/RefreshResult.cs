namespace ShardyFusion.Reading;

/// <summary>What a refresh did.</summary>
/// <param name="Changed">True when another snapshot is read now.</param>
/// <param name="From">Run that was read before.</param>
/// <param name="To">Run that is read now.</param>
/// <param name="Problem">Why the newest snapshot could not be taken; null when it could or nothing is new.</param>
public sealed record RefreshResult(bool Changed, string From, string To, string? Problem);
