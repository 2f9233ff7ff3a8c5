using System.ComponentModel;
using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Maintenance;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Checks that a snapshot is whole: its manifest, its shards, their bytes, their rows.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ShardedSnapshot", DefaultParameterSetName = "Current")]
[OutputType(typeof(Output.SnapshotVerification), typeof(bool))]
public sealed class TestShardedSnapshotCommand : ReadSnapshotCmdlet
{
    /// <summary>How closely to look.</summary>
    [Parameter]
    [DefaultValue(VerifyLevel.Checksum)]
    public VerifyLevel Level { get; set; } = VerifyLevel.Checksum;

    /// <summary>Shards checked in parallel.</summary>
    [Parameter]
    [ValidateRange(1, 1024)]
    public int? ThrottleLimit { get; set; }

    /// <summary>Gives true when nothing is wrong and false otherwise.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private protected override void Process()
    {
        var store = Store;
        var options = new VerifyOptions { Selector = Selector, Level = Level, Parallelism = ThrottleLimit };
        var view = new ShardProgressView("Verifying sharded snapshot", store.Prefix, WriteProgress);
        ShowProgress(view, () =>
        {
            var report = RunInBackground(cancellationToken => store.VerifyAsync(options, view, cancellationToken));
            if (Quiet) WriteObject(report.Passed);
            else WriteObject(new Output.SnapshotVerification(report));
        });
    }
}
