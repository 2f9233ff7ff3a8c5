namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>One row of a shard.</summary>
/// <param name="Key">Encoded key.</param>
/// <param name="Value">Its value.</param>
readonly record struct ShardRow(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value);
