namespace ShardyFusion.Telemetry;

/// <summary>Where OpenTelemetry's data go. What is null here, OpenTelemetry's own environment variables say.</summary>
public sealed record OtlpOptions
{
    /// <summary>The environment variable with the collector's address.</summary>
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>The collector's address without <c>/v1/metrics</c> or <c>/v1/traces</c>, http or https; null for that of the
    /// environment.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Between two deliveries of metrics; null for <c>OTEL_METRIC_EXPORT_INTERVAL</c> or else a minute. 100 ms to a day.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>The address in the environment; null when there is none, or when <c>OTEL_SDK_DISABLED</c> is true.</summary>
    public static string? EnvironmentEndpoint =>
        !string.Equals(Environment.GetEnvironmentVariable("OTEL_SDK_DISABLED")?.Trim(), "true", StringComparison.OrdinalIgnoreCase)
        && Environment.GetEnvironmentVariable(EndpointVariable) is { } endpoint && !string.IsNullOrWhiteSpace(endpoint) ? endpoint.Trim()
        : null;

    /// <summary>Every fault of these options; empty when they are valid.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        if (Endpoint is null && EnvironmentEndpoint is null)
            faults.Add($"No collector was named, and {EndpointVariable} is not set.");
        else if (!IsAddress(Endpoint?.OriginalString ?? EnvironmentEndpoint))
            faults.Add(
                $"The collector's address '{Errors.SecretRedactor.Address(Endpoint?.OriginalString ?? EnvironmentEndpoint)}' is not an "
                    + "http or https address.");
        if (Interval is { } interval && (interval < TimeSpan.FromMilliseconds(100) || interval > TimeSpan.FromDays(1)))
            faults.Add($"Interval is {interval}; it must be 100 ms to a day.");
        return faults;
    }

    static bool IsAddress(string? text) => Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps);
}
