namespace ShardyFusion.Cleaning;

/// <summary>What a cleanup may delete. A thing is deleted only when every rule releases it. Immutable.</summary>
public sealed record CleanupPolicy
{
    /// <summary>The newest this many snapshots stay, and as many counted back from the current one, itself included; at least 1. Blocked
    /// ones and those without data do not count.</summary>
    public int KeepLast { get; init; } = 3;

    /// <summary>Only snapshots published longer ago than this; null for no such limit.</summary>
    public TimeSpan? OlderThan { get; init; }

    /// <summary>Nothing younger than this is deleted, and no snapshot that a pointer named within this time: readers may still use
    /// it.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromDays(1);

    /// <summary>A snapshot that is newer than the current one stays this long, so that it can still be published.</summary>
    public TimeSpan StagedGrace { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Records of runs without a snapshot stay this long.</summary>
    public TimeSpan RunRecordAge { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Events of pointer changes stay this long; that of a pointer's last change stays as long as the pointer is where it put
    /// it.</summary>
    public TimeSpan EventAge { get; init; } = TimeSpan.FromDays(90);

    /// <summary>How far the clocks of writers, store and cleaner may differ: every comparison of times gives this much to whoever wrote the
    /// time.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Every fault of this policy, each naming the rule; empty when it is valid.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        if (KeepLast < 1) faults.Add($"KeepLast is {KeepLast}; it must be at least 1.");
        foreach (var (name, value) in new[] { (nameof(OlderThan), OlderThan), (nameof(Grace), Grace), (nameof(StagedGrace), StagedGrace),
            (nameof(RunRecordAge), RunRecordAge), (nameof(EventAge), EventAge), (nameof(ClockSkew), ClockSkew) })
            if (value < TimeSpan.Zero || value > TimeSpan.FromDays(36500))
                faults.Add($"{name} is {value}; it must be between nothing and 100 years.");
        return faults;
    }
}
