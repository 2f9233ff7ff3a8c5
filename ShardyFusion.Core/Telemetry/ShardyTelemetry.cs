using System.Diagnostics;
using ShardyFusion.Errors;
using ShardyFusion.LocalFiles;

namespace ShardyFusion.Telemetry;

/// <summary>The metrics and traces of this process, and the ways out of it. Safe for concurrent callers.</summary>
/// <remarks>Totals are kept from the start of the process, whether anybody listens or not. All metrics are process-wide.</remarks>
public static class ShardyTelemetry
{
    /// <summary>Name of the meter: what listeners of System.Diagnostics.Metrics and OpenTelemetry subscribe to.</summary>
    public const string MeterName = MetricNames.Meter;

    /// <summary>Name of the activity source, with activities for build, shard, upload, publish and get.</summary>
    public const string ActivitySourceName = MetricNames.Meter;

    /// <summary>True counts every single get and times the asynchronous ones, also without a listener. False, the default, costs a lookup
    /// in mapped memory nothing.</summary>
    public static bool CountGets
    {
        get => GetCounting.IsOn;
        set => GetCounting.IsOn = value;
    }

    /// <summary>All metrics in Prometheus' text format.</summary>
    public static string PrometheusText() => Telemetry.PrometheusText.Write(ShardyMetrics.All);

    /// <summary>Writes all metrics to a file, for node_exporter's textfile collector and the like. Whoever reads the file sees the old
    /// content or the new one.</summary>
    /// <param name="path">The file; its folder must exist. The collector wants a name that ends in <c>.prom</c>.</param>
    /// <param name="cancellationToken">Cancels the write; the old file stays.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the file cannot be written there.</exception>
    public static Task ExportAsync(string path, CancellationToken cancellationToken) =>
        OutputFile.WriteTextAsync(path, PrometheusText(), overwrite: true, cancellationToken);
}

/// <summary>Whether gets are counted: on the hot path, so a plain field of a class without anything to initialise.</summary>
static class GetCounting
{
    public static bool IsOn;

    /// <summary>True when the asynchronous gets are to be timed: when asked for, or when someone listens.</summary>
    public static bool IsTiming => IsOn || ShardyMetrics.ReaderGetDuration.HasListener;
}

/// <summary>Activities of this library.</summary>
static class ShardyActivities
{
    static readonly ActivitySource Source = new(MetricNames.Meter);

    /// <summary>Starts an activity under the current one; null when nobody listens.</summary>
    public static Activity? Start(string name) => Source.StartActivity(name);

    /// <summary>Starts one that began before.</summary>
    public static Activity? Start(string name, DateTimeOffset startedAt) =>
        Source.StartActivity(name, ActivityKind.Internal, default(ActivityContext), startTime: startedAt);

    /// <summary>Marks an activity as failed, with the error's id and no text that might hold data.</summary>
    public static void Fail(this Activity? activity, Exception failure) =>
        activity?.SetStatus(ActivityStatusCode.Error, failure is ShardyFusionException known ? known.ErrorId : failure.GetType().Name);
}
