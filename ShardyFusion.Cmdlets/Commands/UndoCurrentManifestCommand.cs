using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Publishing;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Moves the pointer back to where it was before its last change.</summary>
[Cmdlet(VerbsCommon.Undo, "CurrentManifest", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(ManifestChange))]
public sealed class UndoCurrentManifestCommand : PrefixCmdlet
{
    /// <summary>The pointer; without it the one that readers follow.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(PointerCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Pointer { get; set; }

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

    /// <summary>Writes to a store that does not honour conditional writes, too.</summary>
    [Parameter]
    public SwitchParameter AllowUnsafePointer { get; set; }

    /// <summary>Emits what was done.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process()
    {
        var store = Store;
        var plan = RunInBackground(cancellationToken => store.PlanUndoAsync(Pointer, cancellationToken));
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
