using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Publishing;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Makes another published snapshot the current one.</summary>
[Cmdlet(VerbsCommon.Set, "CurrentManifest", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High,
    DefaultParameterSetName = ByRef)]
[OutputType(typeof(ManifestChange))]
public sealed class SetCurrentManifestCommand : NamedSnapshotCmdlet
{
    /// <summary>Writes to a store that does not honour conditional writes, too.</summary>
    [Parameter]
    public SwitchParameter AllowUnsafePointer { get; set; }

    /// <summary>Moves the pointer to a blocked snapshot, too.</summary>
    [Parameter]
    public SwitchParameter IgnoreBlock { get; set; }

    /// <summary>Moves the pointer although the prefix is frozen.</summary>
    [Parameter]
    public SwitchParameter IgnoreFreeze { get; set; }

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Blocks the snapshot that was current, too.</summary>
    [Parameter]
    public SwitchParameter Block { get; set; }

    /// <summary>Why; kept with the event.</summary>
    [Parameter]
    public string? Reason { get; set; }

    /// <summary>Emits what was done.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process()
    {
        var store = Store;
        var plan = RunInBackground(cancellationToken => store.PlanRollbackAsync(Selector, cancellationToken));
        if (plan.IsNoOp) WriteWarning($"Run '{plan.To}' is already current; nothing is changed.");
        if (plan.Warning is not null) WriteWarning(plan.Warning);
        MovePointer(plan, new PointerChangeOptions
        {
            AllowUnsafePointer = AllowUnsafePointer,
            IgnoreBlock = IgnoreBlock,
            IgnoreFreeze = IgnoreFreeze,
            Reason = Reason,
            BlockPrevious = Block,
        }, Force, PassThru);
    }
}
