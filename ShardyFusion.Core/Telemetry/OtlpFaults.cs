using System.Diagnostics.Tracing;

namespace ShardyFusion.Telemetry;

/// <summary>Remembers why the exporter could not deliver: it says so in its own event log and nowhere else.</summary>
sealed class OtlpFaults : EventListener
{
    const string ExporterLog = "OpenTelemetry-Exporter-OpenTelemetryProtocol";

    string? last;

    /// <summary>What failed last, in one line; null when nothing did.</summary>
    public string? Last => Volatile.Read(ref last);

    /// <inheritdoc/>
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == ExporterLog) EnableEvents(eventSource, EventLevel.Warning);
    }

    /// <inheritdoc/>
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        var text = string.Join(" ", eventData.Payload?.Select(part => part?.ToString()) ?? []);
        // An exception's text brings its stack along.
        Volatile.Write(ref last, Errors.SecretRedactor.ForRecord(text.Split('\n')[0].Trim()));
    }
}
