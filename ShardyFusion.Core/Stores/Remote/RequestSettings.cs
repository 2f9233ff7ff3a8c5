namespace ShardyFusion.Stores.Remote;

/// <summary>How the requests of one store are sent and counted.</summary>
/// <param name="Connection">Limits, timeouts and retries.</param>
/// <param name="Counters">Counts them.</param>
/// <param name="Clock">For timeouts and retries.</param>
readonly record struct RequestSettings(StoreConnection Connection, StoreCounters Counters, TimeProvider Clock);
