using ShardyFusion.Telemetry;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>Metrics and traces on their way to a collector.</summary>
public sealed class ShardTelemetry
{
    internal ShardTelemetry(OtlpExport export) => Endpoint = new Uri(export.ShownEndpoint.Replace("***@", "", StringComparison.Ordinal));

    /// <summary>The collector's address.</summary>
    public Uri Endpoint { get; }

    /// <summary>The meter whose metrics are sent.</summary>
    public string Meter { get; } = ShardyTelemetry.MeterName;

    /// <summary>The activity source whose activities are sent as spans.</summary>
    public string ActivitySource { get; } = ShardyTelemetry.ActivitySourceName;
}
