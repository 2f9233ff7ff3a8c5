using System.Net;
using ShardyFusion.Errors;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>The one metric server of this process. Safe for concurrent callers.</summary>
static class SessionMetricServer
{
    static readonly Lock Gate = new();
    static MetricServer? running;

    /// <summary>What to scrape; null when none runs.</summary>
    public static Uri? Url => Volatile.Read(ref running)?.Url;

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: one runs already, or the port is
    /// taken.</exception>
    public static MetricServer Start(int port, IPAddress address)
    {
        lock (Gate)
        {
            if (running is not null)
                throw new ShardyFusionException(ErrorKind.ConfigValidation,
                    $"A metric server runs in this process already, at {running.Url}.")
                {
                    Target = running.Url,
                    RecommendedAction = "Use that one, or call Stop-ShardMetricServer first.",
                };
            return running = MetricServer.Start(port, address);
        }
    }

    public static async Task StopAsync()
    {
        MetricServer? stopped;
        lock (Gate) (stopped, running) = (running, null);
        if (stopped is not null) await stopped.DisposeAsync().ConfigureAwait(false);
    }
}
