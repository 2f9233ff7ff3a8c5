using ShardyFusion.Stores;

namespace ShardyFusion.Catalog;

/// <summary>What the operations on one prefix share.</summary>
/// <param name="Store">The prefix.</param>
/// <param name="Clock">Tells ages, leases and timestamps.</param>
sealed record StoreContext(IObjectStore Store, TimeProvider Clock)
{
    /// <summary>The pointer, the history and the manifests of the prefix.</summary>
    public SnapshotCatalog Catalog { get; } = new(Store);
}
