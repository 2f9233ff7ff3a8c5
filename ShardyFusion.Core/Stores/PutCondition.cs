namespace ShardyFusion.Stores;

/// <summary>Under which condition a write happens.</summary>
readonly record struct PutCondition
{
    PutCondition(PutConditionKind kind, string? etag) { Kind = kind; ETag = etag; }

    /// <summary>Which condition.</summary>
    public PutConditionKind Kind { get; }

    /// <summary>The version that must be there, for <see cref="PutConditionKind.IfMatch"/>.</summary>
    public string? ETag { get; }

    /// <summary>Overwrite whatever is there.</summary>
    public static PutCondition Always => default;

    /// <summary>Only when nothing is there.</summary>
    public static PutCondition CreateOnly { get; } = new(PutConditionKind.CreateOnly, null);

    /// <summary>Only when this version is there.</summary>
    public static PutCondition IfMatch(string etag) => new(PutConditionKind.IfMatch, etag);
}
