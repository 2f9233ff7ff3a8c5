using System.Management.Automation;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Delivers what is left of metrics and traces, and stops sending them.</summary>
[Cmdlet(VerbsLifecycle.Stop, "ShardTelemetry", SupportsShouldProcess = true)]
public sealed class StopShardTelemetryCommand : ShardyCmdlet
{
    /// <summary>Seconds that the last delivery may take.</summary>
    [Parameter]
    [ValidateRange(0.001, 86400 * 7)]
    public double TimeoutSec { get; set; } = 10;

    private protected override void End()
    {
        if (OtlpExport.Running is not { } export)
        {
            WriteWarning("No metrics and traces of this process are sent anywhere.");
            return;
        }
        if (!ShouldProcess(export.ShownEndpoint, "stop sending metrics and traces")) return;
        if (RunInBackground(cancellationToken => Task.Run(() => export.Stop(TimeSpan.FromSeconds(TimeoutSec)),
            cancellationToken)) is { } reason)
            WriteWarning($"Metrics and traces did not all reach {export.ShownEndpoint}: {reason}");
    }
}
