namespace ShardyFusion.Reading;

/// <summary>How a reader, and what it reads, is doing.</summary>
public enum HealthStatus
{
    /// <summary>Everything asked about is as it should be.</summary>
    Healthy,
    /// <summary>Readable, but older than the threshold or not the snapshot that should be read.</summary>
    Degraded,
    /// <summary>Closed, nothing loaded, or the store cannot be reached.</summary>
    Unhealthy,
}
