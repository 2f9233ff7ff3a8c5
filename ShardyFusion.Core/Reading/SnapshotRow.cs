namespace ShardyFusion.Reading;

/// <summary>One row of a scan.</summary>
/// <param name="ShardId">The shard it is in.</param>
/// <param name="Key">The key: <see cref="ulong"/>, <see cref="uint"/>, <see cref="string"/> or <c>byte[]</c>, by the snapshot's key
/// encoding.</param>
/// <param name="Value">The stored bytes, owned by the caller.</param>
public sealed record SnapshotRow(int ShardId, object Key, byte[] Value);
