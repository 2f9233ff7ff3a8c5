using System.Diagnostics.Metrics;

namespace ShardyFusion.Telemetry;

/// <summary>A value that is looked up when someone asks.</summary>
sealed class GaugeMetric : IMetricFamily
{
    readonly Func<IEnumerable<Measurement<double>>> observe;

    public GaugeMetric(Meter meter, string name, string? unit, string help, Func<IEnumerable<Measurement<double>>> observe)
    {
        (Name, Help, this.observe) = (name, help, observe);
        meter.CreateObservableGauge(MetricNames.Dotted(name), observe, unit, help);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Help { get; }

    /// <inheritdoc/>
    public string Type => "gauge";

    /// <inheritdoc/>
    public IEnumerable<MetricSample> Read() => observe().Select(static m => new MetricSample("", m.Tags.ToArray(), m.Value));
}
