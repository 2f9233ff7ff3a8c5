namespace ShardyFusion.Jobs;

/// <summary>How often a task looks after its job.</summary>
/// <param name="HeartbeatInterval">Time between two looks at the leases.</param>
/// <param name="StopPollInterval">Time between two looks for someone's wish that the job stops.</param>
readonly record struct BuildPace(TimeSpan HeartbeatInterval, TimeSpan StopPollInterval);
