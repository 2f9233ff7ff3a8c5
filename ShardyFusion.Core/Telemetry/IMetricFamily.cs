namespace ShardyFusion.Telemetry;

/// <summary>All series of one metric name, as the Prometheus text writes them.</summary>
interface IMetricFamily
{
    /// <summary>Without the prefix <c>shardyfusion_</c>.</summary>
    string Name { get; }

    /// <summary>One sentence.</summary>
    string Help { get; }

    /// <summary><c>counter</c>, <c>gauge</c> or <c>histogram</c>.</summary>
    string Type { get; }

    /// <summary>The series' values now; none when there is nothing to say yet.</summary>
    IEnumerable<MetricSample> Read();
}

/// <summary>One value of one series.</summary>
/// <param name="Suffix">Behind the name: empty, or <c>_bucket</c>, <c>_sum</c>, <c>_count</c> of a histogram.</param>
/// <param name="Labels">Names and values.</param>
/// <param name="Value">The value.</param>
readonly record struct MetricSample(string Suffix, KeyValuePair<string, object?>[] Labels, double Value);

/// <summary>A metric's name as each system writes it.</summary>
static class MetricNames
{
    public const string Meter = "ShardyFusion";

    /// <summary>For OpenTelemetry and other listeners of the meter.</summary>
    public static string Dotted(string name) => "shardyfusion." + name;

    /// <summary>For Prometheus.</summary>
    public static string Underscored(string name) => "shardyfusion_" + name;
}
