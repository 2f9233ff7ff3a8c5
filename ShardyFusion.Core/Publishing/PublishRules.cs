using ShardyFusion.Formats;
using ShardyFusion.Publishing.Guards;

namespace ShardyFusion.Publishing;

/// <summary>Which pointer a publish moves, what is checked before it does, and what is read after. Immutable.</summary>
public sealed record PublishRules
{
    /// <summary>The pointer, as in <c>CANARY</c>: 1..32 of <c>A-Z 0-9 _</c>, a letter first; null for <c>_CURRENT</c>.</summary>
    public string? Pointer { get; init; }

    /// <summary>Limits that the snapshot must keep.</summary>
    public GuardLimits Limits { get; init; } = new();

    /// <summary>More checks, after the limits and canaries. All checks run, also after one has failed.</summary>
    public IReadOnlyList<IPublishGuard> Guards { get; init; } = [];

    /// <summary>Keys and their values: checked on the staged snapshot, and once more through a fresh reader after the pointer
    /// moved.</summary>
    public IReadOnlyList<Canary> Canaries { get; init; } = [];

    /// <summary>Keys that a fresh reader must find after the pointer moved.</summary>
    public IReadOnlyList<object> ProbeKeys { get; init; } = [];

    /// <summary>True publishes although checks failed, and records who wanted that and why.</summary>
    public bool PublishFailedChecks { get; init; }

    /// <summary>True publishes a blocked snapshot, too.</summary>
    public bool IgnoreBlock { get; init; }

    /// <summary>Why; needed by <see cref="PublishFailedChecks"/>. Kept without secrets, at most 300 characters.</summary>
    public string? Reason { get; init; }

    /// <summary>Every fault of these rules, each naming the rule; empty when they are valid.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>(Limits.Validate());
        if (Pointer is not null && !SnapshotPaths.IsValidPointerName(Pointer))
            faults.Add(
                $"Pointer '{Pointer}' is invalid; use 1..{SnapshotPaths.MaxPointerNameLength} of A-Z 0-9 _, "
                    + "a letter first, and not FREEZE.");
        if (PublishFailedChecks && string.IsNullOrWhiteSpace(Reason))
            faults.Add("Reason is required when PublishFailedChecks is set.");
        return faults;
    }

    /// <summary>All checks, in their order.</summary>
    internal IReadOnlyList<IPublishGuard> AllGuards() =>
        [.. Limits.ToGuards(), .. Canaries.Count > 0 ? [new CanaryGuard(Canaries)] : Array.Empty<IPublishGuard>(), .. Guards];

    /// <summary>What is read after the pointer moved.</summary>
    internal IReadOnlyList<Canary> Probes() => [.. ProbeKeys.Select(key => new Canary(key, null)), .. Canaries];
}
