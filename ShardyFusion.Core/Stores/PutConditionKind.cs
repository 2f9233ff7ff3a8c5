namespace ShardyFusion.Stores;

/// <summary>The kinds of write conditions.</summary>
enum PutConditionKind
{
    /// <summary>No condition.</summary>
    Always,
    /// <summary>Nothing may be there.</summary>
    CreateOnly,
    /// <summary>A given version must be there.</summary>
    IfMatch,
}
