namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>A shard's share of a block cache.</summary>
/// <param name="Cache">The cache.</param>
/// <param name="Id">Names the shard's blocks there, from <see cref="BlockScratch.NewOwner"/>.</param>
readonly record struct CacheShare(BlockCache Cache, long Id);
