namespace ShardyFusion.Runs;

/// <summary>How a run is doing, as its record tells now.</summary>
public enum RunState
{
    /// <summary>Building; its lease holds.</summary>
    Running,
    /// <summary>Ended with a snapshot, published or staged.</summary>
    Succeeded,
    /// <summary>Given up.</summary>
    Failed,
    /// <summary>Says that it is running, but its lease has ended: the process died or cannot reach the store.</summary>
    Abandoned,
    /// <summary>Its record cannot be read.</summary>
    Unreadable,
}
