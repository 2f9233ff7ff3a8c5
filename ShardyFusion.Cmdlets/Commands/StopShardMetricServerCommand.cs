using System.Management.Automation;
using ShardyFusion.Cmdlets.Pipeline;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Stops serving metrics over HTTP.</summary>
[Cmdlet(VerbsLifecycle.Stop, "ShardMetricServer", SupportsShouldProcess = true)]
public sealed class StopShardMetricServerCommand : ShardyCmdlet
{
    private protected override void End()
    {
        if (SessionMetricServer.Url is not { } url) WriteWarning("No metric server is running in this process.");
        else if (ShouldProcess(url.ToString(), "stop serving metrics")) RunInBackground(_ => SessionMetricServer.StopAsync());
    }
}
