namespace ShardyFusion.Stores;

/// <summary>How to write an object.</summary>
/// <param name="Condition">When to write it.</param>
/// <param name="ContentType">MIME type, where the store keeps one.</param>
sealed record PutOptions(PutCondition Condition, string ContentType = "application/octet-stream")
{
    /// <summary>True for a probe: the condition is the store's to check, and nobody may check it in the store's place.</summary>
    internal bool IsProbe { get; init; }
}
