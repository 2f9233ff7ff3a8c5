namespace ShardyFusion.Stores.Remote;

/// <summary>How much a request is about.</summary>
/// <param name="PayloadBytes">Bytes sent or asked for; more of them may take longer.</param>
/// <param name="MoreObjects">Objects beyond the first, as the rate limit counts them.</param>
readonly record struct StoreLoad(long PayloadBytes, int MoreObjects = 0);
