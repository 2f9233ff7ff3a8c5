using System.Diagnostics.Metrics;

namespace ShardyFusion.Telemetry;

/// <summary>The metrics of the whole process, by the names that shardyfusion's dashboards use, and those that it lacks.</summary>
static partial class ShardyMetrics
{
    /// <summary>From 100 µs to 100 s, for what goes over a network or waits.</summary>
    static readonly double[] RequestBounds = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 100];

    static readonly Meter Meter = new(MetricNames.Meter);

    public static readonly CountMetric Throttled = new(Meter, "rate_limiter_throttled_total", "Operations that had to wait for a rate limit.");
    public static readonly DurationMetric ThrottleWait = new(Meter, "rate_limiter_wait_seconds", "How long operations waited for a rate limit.", RequestBounds);
    public static readonly CountMetric ThrottleDenied = new(Meter, "rate_limiter_denied_total", "Operations that were cancelled while they waited for a rate limit.");
}
