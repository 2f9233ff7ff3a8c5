namespace ShardyFusion.Stores;

/// <summary>The outcome of a write.</summary>
/// <param name="Written">False when the condition did not hold; nothing was changed then.</param>
/// <param name="ETag">The new version when written, else null.</param>
/// <param name="SizeBytes">Bytes written.</param>
readonly record struct PutResult(bool Written, string? ETag, long SizeBytes)
{
    /// <summary>The condition did not hold.</summary>
    public static PutResult ConditionFailed => default;
}
