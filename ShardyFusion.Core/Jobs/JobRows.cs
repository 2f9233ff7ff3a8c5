namespace ShardyFusion.Jobs;

/// <summary>Where the rows of a job come from.</summary>
public enum JobRows
{
    /// <summary>From files that the plan cuts into slices; each map reads one.</summary>
    Files,
    /// <summary>From an engine that schedules the maps, as they come.</summary>
    Engine,
    /// <summary>From an engine that has brought the rows of each shard together itself; there are no maps.</summary>
    Shuffled,
}
