using System.Globalization;
using System.Reflection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using ShardyFusion.Errors;

namespace ShardyFusion.Telemetry;

/// <summary>Sends metrics and traces of this process to an OpenTelemetry collector. At most one runs in a process. Safe for concurrent
/// callers.</summary>
/// <remarks>OTLP over HTTP with protobuf, unless <c>OTEL_EXPORTER_OTLP_PROTOCOL</c> says otherwise; headers, time limit, sampling, service
/// name and more by OpenTelemetry's environment variables. Totals are those since the start of the process, also when it is switched on
/// late.</remarks>
public sealed class OtlpExport : IDisposable
{
    const string ServiceName = "shardyfusion";

    /// <summary>How long an orderly end of the process, or a dispose, waits for the last delivery.</summary>
    static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(3);

    static readonly Lock Gate = new();
    static OtlpExport? running;

    readonly OtlpFaults faults = new();
    readonly MeterProvider metrics;
    readonly TracerProvider traces;

    OtlpExport(OtlpOptions options)
    {
        Endpoint = new Uri(options.Endpoint?.ToString() ?? OtlpOptions.EnvironmentEndpoint!);
        var resource = ResourceBuilder.CreateEmpty().AddService(ServiceName, serviceVersion: Version).AddTelemetrySdk()
            .AddEnvironmentVariableDetector();
        metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(ShardyTelemetry.MeterName)
            .AddOtlpExporter((exporter, reader) =>
        {
            Configure(exporter, options.Endpoint, "v1/metrics");
            if (options.Interval is { } interval)
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)interval.TotalMilliseconds;
        }).Build();
        traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(ShardyTelemetry.ActivitySourceName)
            .AddOtlpExporter(exporter => Configure(exporter, options.Endpoint, "v1/traces")).Build();
        AppDomain.CurrentDomain.ProcessExit += AtExit;
    }

    /// <summary>The one that runs; null when none does.</summary>
    public static OtlpExport? Running => Volatile.Read(ref running);

    /// <summary>The collector's address.</summary>
    public Uri Endpoint { get; }

    /// <summary>The same to be shown: without user, password and the values of its query.</summary>
    public string ShownEndpoint => Errors.SecretRedactor.Address(Endpoint.OriginalString);

    static string Version =>
        typeof(OtlpExport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Switches it on. Sends nothing yet, so a collector that cannot be reached shows later: see <see cref="Stop"/>.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: no valid address, or one runs already.</exception>
    public static OtlpExport Start(OtlpOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } wrong)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(" ", wrong))
            {
                Target = Errors.SecretRedactor.Address(options.Endpoint?.OriginalString),
            };
        lock (Gate)
        {
            if (running is not null)
                throw new ShardyFusionException(ErrorKind.ConfigValidation,
                    $"Metrics and traces of this process go to {running.ShownEndpoint} already.")
                {
                    Target = running.ShownEndpoint,
                };
            return running = new OtlpExport(options);
        }
    }

    /// <summary>Delivers what is left and switches it off. Blocks. A second call does nothing.</summary>
    /// <param name="limit">How long the delivery may take; what is left then is dropped.</param>
    /// <returns>Null when the collector took all of it, else why not; for people.</returns>
    public string? Stop(TimeSpan limit)
    {
        lock (Gate)
        {
            if (running != this) return null;
            running = null;
        }
        AppDomain.CurrentDomain.ProcessExit -= AtExit;
        var milliseconds = (int)limit.TotalMilliseconds;
        // Both at once: a collector that does not answer costs the limit once.
        var tracing = Task.Run(() => traces.Shutdown(milliseconds));
        var isDelivered = metrics.Shutdown(milliseconds) & tracing.GetAwaiter().GetResult();
        metrics.Dispose();
        traces.Dispose();
        faults.Dispose();
        return faults.Last ?? (isDelivered ? null
            : string.Create(CultureInfo.InvariantCulture, $"the collector did not answer within {limit.TotalSeconds:0.#} s"));
    }

    /// <summary>As <see cref="Stop"/> within three seconds.</summary>
    public void Dispose() => Stop(ExitLimit);

    void AtExit(object? sender, EventArgs e) => Dispose();

    static void Configure(OtlpExporterOptions exporter, Uri? endpoint, string signalPath)
    {
        if (string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL")))
            exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
        if (endpoint is null) return;
        exporter.Endpoint = exporter.Protocol == OtlpExportProtocol.HttpProtobuf
            ? new Uri($"{endpoint.ToString().TrimEnd('/')}/{signalPath}") : endpoint;
    }
}
