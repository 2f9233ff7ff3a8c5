using System.Management.Automation;
using ShardyFusion.Cleaning;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.LocalFiles;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Deletes snapshots that are no longer needed, and what failed and dead runs left behind.</summary>
[Cmdlet(VerbsCommon.Remove, "StaleSnapshot", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High,
    DefaultParameterSetName = ByRules)]
[OutputType(typeof(StaleSnapshotItem))]
public sealed class RemoveStaleSnapshotCommand : PrefixCmdlet
{
    const string ByRules = "Rules", ByPlan = "Plan";

    static readonly CleanupPolicy defaults = new();

    /// <summary>The newest this many stay, and as many from the current one back.</summary>
    [Parameter(ParameterSetName = ByRules)]
    [ValidateRange(1, int.MaxValue)]
    [DefaultOf(typeof(CleanupPolicy), nameof(CleanupPolicy.KeepLast))]
    public int KeepLast { get; set; } = defaults.KeepLast;

    /// <summary>Only snapshots published longer ago.</summary>
    [Parameter(ParameterSetName = ByRules)]
    [Duration]
    public TimeSpan? OlderThan { get; set; }

    /// <summary>Nothing younger, and nothing that was current within this time.</summary>
    [Parameter(ParameterSetName = ByRules)]
    [Duration]
    [DefaultOf(typeof(CleanupPolicy), nameof(CleanupPolicy.Grace))]
    public TimeSpan Grace { get; set; } = defaults.Grace;

    /// <summary>What is newer than the current one stays this long.</summary>
    [Parameter(ParameterSetName = ByRules)]
    [Duration]
    [DefaultOf(typeof(CleanupPolicy), nameof(CleanupPolicy.StagedGrace))]
    public TimeSpan StagedGrace { get; set; } = defaults.StagedGrace;

    /// <summary>Records of runs without a snapshot stay this long.</summary>
    [Parameter(ParameterSetName = ByRules)]
    [Duration]
    [DefaultOf(typeof(CleanupPolicy), nameof(CleanupPolicy.RunRecordAge))]
    public TimeSpan RunRecordAge { get; set; } = defaults.RunRecordAge;

    /// <summary>Events of pointer changes stay this long.</summary>
    [Parameter(ParameterSetName = ByRules)]
    [Duration]
    [DefaultOf(typeof(CleanupPolicy), nameof(CleanupPolicy.EventAge))]
    public TimeSpan EventAge { get; set; } = defaults.EventAge;

    /// <summary>Saves the plan to this file and deletes nothing.</summary>
    [Parameter(ParameterSetName = ByRules)]
    [ValidateNotNullOrEmpty]
    public string? SavePlan { get; set; }

    /// <summary>File of a saved plan to carry out.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByPlan)]
    [ValidateNotNullOrEmpty]
    public string? PlanPath { get; set; }

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override void Process()
    {
        var store = Store;
        var planFile = SavePlan is null ? null : ResolvePath(SavePlan);
        OutputFile.RequireWritable(planFile);
        var plan = PlanPath is not null ? CleanupPlan.FromJson(File.ReadAllText(ResolvePath(PlanPath)), PlanPath)
            : RunInBackground(cancellationToken => store.PlanCleanupAsync(Policy(), cancellationToken));
        if (planFile is not null)
        {
            // Nothing is deleted, so nobody has to be asked.
            if (Approve(planFile, "save the plan", isForced: true))
                RunInBackground(cancellationToken => plan.SaveAsync(planFile, cancellationToken));
            Write(plan.Items, isDeleted: false);
            return;
        }
        if (IsWhatIf) Explain(plan);
        if (IsWhatIf || plan.Items.Count == 0 || !Approve(CleanupWords.Target(plan), "delete forever", Force))
        {
            Write(plan.Items, isDeleted: false);
            return;
        }
        var result = RunInBackground(cancellationToken => store.CleanUpAsync(plan, isSaved: PlanPath is not null, cancellationToken));
        Write(result.Deleted, isDeleted: true);
        foreach (var item in result.Skipped)
            WriteObject(new StaleSnapshotItem(Store.Prefix, item, isDeleted: false, "It is now protected."));
        foreach (var failure in result.Failures)
            WriteObject(new StaleSnapshotItem(Store.Prefix, new CleanupItem(CleanupKind.OrphanShards, failure.Key, "could not be deleted",
                [new CleanupObject(failure.Key, 0)]), isDeleted: false, failure.Error));
    }

    /// <summary>What would go and what would stay, each with its reason.</summary>
    void Explain(CleanupPlan plan)
    {
        foreach (var item in plan.Items) ShouldProcess(CleanupWords.Target(item, plan.Prefix), "delete");
        foreach (var snapshot in plan.Kept)
        {
            var step = $"Keep run '{snapshot.RunId}' at {plan.Prefix}: {snapshot.Reason}.";
            ShouldProcess(step, step, "Remove-StaleSnapshot");
        }
    }

    CleanupPolicy Policy() => new()
    {
        KeepLast = KeepLast,
        OlderThan = OlderThan,
        Grace = Grace,
        StagedGrace = StagedGrace,
        RunRecordAge = RunRecordAge,
        EventAge = EventAge,
    };

    void Write(IEnumerable<CleanupItem> items, bool isDeleted)
    {
        foreach (var item in items) WriteObject(new StaleSnapshotItem(Store.Prefix, item, isDeleted, null));
    }
}
