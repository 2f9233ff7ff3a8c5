using ShardyFusion.Telemetry;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>A running metric server.</summary>
public sealed class ShardMetricServer
{
    internal ShardMetricServer(MetricServer server) =>
        (Url, Address, Port) = (server.Url, server.EndPoint.Address.ToString(), server.EndPoint.Port);

    /// <summary>What to scrape.</summary>
    public Uri Url { get; }

    /// <summary>Local address.</summary>
    public string Address { get; }

    /// <summary>Port.</summary>
    public int Port { get; }
}
