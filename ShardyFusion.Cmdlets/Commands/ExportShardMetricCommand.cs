using System.Management.Automation;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Writes the metrics of this process to a file in Prometheus' text format.</summary>
[Cmdlet(VerbsData.Export, "ShardMetric", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportShardMetricCommand : ShardyCmdlet
{
    /// <summary>The file.</summary>
    [Parameter(Position = 0, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Emits the file.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override object? ErrorTarget => Path;

    private protected override void End()
    {
        var path = ResolvePath(Path);
        if (!ShouldProcess(path, "write metrics")) return;
        RunInBackground(cancellationToken => ShardyTelemetry.ExportAsync(path, cancellationToken));
        if (PassThru) WriteObject(new FileInfo(path));
    }
}
