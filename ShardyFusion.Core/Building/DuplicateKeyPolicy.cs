namespace ShardyFusion.Building;

/// <summary>Which row is kept when several have the same key.</summary>
public enum DuplicateKeyPolicy
{
    /// <summary>The later row.</summary>
    Last,
    /// <summary>The earlier row.</summary>
    First,
    /// <summary>Neither: the build fails and names the key.</summary>
    Fail,
    /// <summary>Any of them: for rows that come in no order.</summary>
    Any,
}
