namespace ShardyFusion.Building;

/// <summary>Time per phase of a build.</summary>
/// <param name="Sharding">Reading, encoding and partitioning rows, until the input's end.</param>
/// <param name="Write">Sorting, writing and uploading shards.</param>
/// <param name="Manifest">Manifest, guards and pointer.</param>
/// <param name="Total">From the start of the build.</param>
public sealed record BuildDurations(TimeSpan Sharding, TimeSpan Write, TimeSpan Manifest, TimeSpan Total);
