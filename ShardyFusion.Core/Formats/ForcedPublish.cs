namespace ShardyFusion.Formats;

/// <summary>A publish that went on although guards had failed.</summary>
/// <param name="Author">Who wanted it.</param>
/// <param name="Host">On which machine.</param>
/// <param name="At">When, UTC.</param>
/// <param name="Reason">Why.</param>
public sealed record ForcedPublish(string Author, string Host, DateTimeOffset At, string Reason);
