using ShardyFusion.Errors;
using ShardyFusion.Manifests;
using ShardyFusion.Routing;
using ShardyFusion.Sst;
using ShardyFusion.Stores.Limits;

namespace ShardyFusion.Snapshots;

/// <summary>Which row stays when two have the same key.</summary>
public enum DuplicateKeyPolicy
{
    /// <summary>The later row.</summary>
    Last,
    /// <summary>The earlier row.</summary>
    First,
    /// <summary>Neither: the build fails and names the key.</summary>
    Fail,
}
