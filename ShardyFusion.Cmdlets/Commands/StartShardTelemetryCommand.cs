using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Errors;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Sends metrics and traces of this process to an OpenTelemetry collector.</summary>
[Cmdlet(VerbsLifecycle.Start, "ShardTelemetry", SupportsShouldProcess = true)]
[OutputType(typeof(ShardTelemetry))]
public sealed class StartShardTelemetryCommand : ShardyCmdlet
{
    /// <summary>The collector's address.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNull]
    public Uri? Endpoint { get; set; }

    /// <summary>Between two deliveries of metrics.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? Interval { get; set; }

    private protected override object? ErrorTarget => Endpoint;

    private protected override void End()
    {
        if (ShouldProcess(SecretRedactor.Address(Endpoint?.OriginalString ?? OtlpOptions.EnvironmentEndpoint
            ?? OtlpOptions.EndpointVariable), "send metrics and traces"))
            WriteObject(new ShardTelemetry(OtlpExport.Start(new OtlpOptions { Endpoint = Endpoint, Interval = Interval })));
    }
}
