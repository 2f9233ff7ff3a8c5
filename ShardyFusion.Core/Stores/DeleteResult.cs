namespace ShardyFusion.Stores;

/// <summary>The outcome of deleting one object.</summary>
/// <param name="Key">Relative key.</param>
/// <param name="Error">Why it could not be deleted; null when it is gone.</param>
readonly record struct DeleteResult(string Key, string? Error)
{
    /// <summary>True when it may not be deleted, by these credentials.</summary>
    internal bool IsDenied { get; init; }
}
