using ShardyFusion.Catalog;
using ShardyFusion.Stores;

namespace ShardyFusion.Maintenance;

/// <summary>One side of a comparison.</summary>
/// <param name="Store">Where it lies.</param>
/// <param name="Loaded">Its manifest.</param>
sealed record ComparedSnapshot(IObjectStore Store, LoadedManifest Loaded);
