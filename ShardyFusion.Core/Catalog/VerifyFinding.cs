namespace ShardyFusion.Catalog;

/// <summary>One thing that is wrong.</summary>
/// <param name="Fault">What kind.</param>
/// <param name="ShardId">The shard; null when the manifest itself is meant.</param>
/// <param name="Target">The object, as an absolute ref.</param>
/// <param name="Detail">What was expected and what was found, as one sentence without a full stop.</param>
public sealed record VerifyFinding(VerifyFault Fault, int? ShardId, string Target, string Detail);
