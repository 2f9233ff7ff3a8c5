using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Snapshots;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Publishes a snapshot that is staged, or current under another pointer.</summary>
[Cmdlet(VerbsData.Publish, "ShardedSnapshot", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium, DefaultParameterSetName = ByRef)]
[OutputType(typeof(SnapshotPublishResult))]
public sealed class PublishShardedSnapshotCommand : GuardedCmdlet
{
    const string ByRef = "Ref", ByRunId = "RunId", ByOffset = "Offset", ByPointer = "FromPointer";

    /// <inheritdoc/>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("SnapshotPrefix", "Uri")]
    [ValidateNotNullOrEmpty]
    public override string? Prefix { get; set; }

    /// <summary>Manifest ref of the snapshot.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByRef, ValueFromPipelineByPropertyName = true)]
    [Alias("ManifestRef")]
    [ArgumentCompleter(typeof(ManifestRefCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Ref { get; set; }

    /// <summary>Run that built the snapshot.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByRunId)]
    [ArgumentCompleter(typeof(RunIdCompleter))]
    [ValidateNotNullOrEmpty]
    public string? RunId { get; set; }

    /// <summary>Steps back from the current snapshot.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByOffset)]
    [ValidateRange(0, int.MaxValue)]
    public int? Offset { get; set; }

    /// <summary>Pointer that names the snapshot.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByPointer)]
    [ValidateNotNullOrEmpty]
    public string? FromPointer { get; set; }

    private protected override void Process()
    {
        var store = Store;
        var rules = Rules();
        var target = new SnapshotSelector { Ref = Ref, RunId = RunId, Offset = Offset, Pointer = FromPointer };
        var plan = RunApart(cancellationToken => store.PlanPublishAsync(target, rules, cancellationToken));
        if (plan.IsNoOp) WriteWarning($"The pointer {plan.Pointer} names run '{plan.To}' already; nothing is changed.");
        var action = plan.From is null ? $"publish to {plan.Pointer}" : $"publish to {plan.Pointer} instead of run '{plan.From}'";
        if (!plan.IsNoOp && !ShouldProcess($"run '{plan.To}' ({plan.RowCount:N0} rows) at {store.Prefix}", action)) return;
        var result = new SnapshotPublishResult(RunApart(cancellationToken => store.PublishAsync(plan, rules, AllowUnsafePointer, cancellationToken)));
        WarnAboutFailures(result.Guards);
        WriteObject(result);
    }
}
