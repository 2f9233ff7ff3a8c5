using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Snapshots;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Says whether a prefix can be read, and whether what is read is fresh.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ReaderHealth")]
[OutputType(typeof(ReaderHealth), typeof(bool))]
public sealed class TestReaderHealthCommand : StoreCmdlet
{
    /// <inheritdoc/>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("SnapshotPrefix", "Uri")]
    [ValidateNotNullOrEmpty]
    public override string? Prefix { get; set; }

    /// <summary>A manifest older than this is degraded.</summary>
    [Parameter]
    public TimeSpan? StalenessThreshold { get; set; }

    /// <summary>Reads one key of every shard.</summary>
    [Parameter]
    public SwitchParameter Deep { get; set; }

    /// <summary>Gives true for healthy and false for anything else.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private protected override void Process()
    {
        var store = Store;
        var options = new HealthOptions { StalenessThreshold = StalenessThreshold, Deep = Deep };
        var report = RunApart(cancellationToken => store.CheckHealthAsync(options, cancellationToken));
        if (Quiet) WriteObject(report.Status == HealthStatus.Healthy);
        else WriteObject(new ReaderHealth(report));
    }
}
