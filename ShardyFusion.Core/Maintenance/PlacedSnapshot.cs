using ShardyFusion.Catalog;
using ShardyFusion.Stores;

namespace ShardyFusion.Maintenance;

/// <summary>A snapshot and where it lies.</summary>
/// <param name="Store">Its prefix.</param>
/// <param name="Loaded">Its manifest.</param>
sealed record PlacedSnapshot(IObjectStore Store, LoadedManifest Loaded);
