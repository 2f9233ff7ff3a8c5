using System.ComponentModel;
using System.Management.Automation;
using System.Net;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Pipeline;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Serves the metrics of this process over HTTP, for a Prometheus server to scrape.</summary>
[Cmdlet(VerbsLifecycle.Start, "ShardMetricServer", SupportsShouldProcess = true)]
[OutputType(typeof(ShardMetricServer))]
public sealed class StartShardMetricServerCommand : ShardyCmdlet
{
    /// <summary>Port to listen on.</summary>
    [Parameter(Position = 0)]
    [ValidateRange(0, IPEndPoint.MaxPort)]
    [DefaultValue(9464)]
    public int Port { get; set; } = 9464;

    /// <summary>Local address to listen on.</summary>
    [Parameter]
    [ValidateNotNull]
    [DefaultValue("127.0.0.1")]
    public IPAddress Address { get; set; } = IPAddress.Loopback;

    private protected override object? ErrorTarget => Port;

    private protected override void End()
    {
        if (ShouldProcess($"{Address}, port {Port}", "serve metrics over HTTP"))
            WriteObject(new ShardMetricServer(SessionMetricServer.Start(Port, Address)));
    }
}
