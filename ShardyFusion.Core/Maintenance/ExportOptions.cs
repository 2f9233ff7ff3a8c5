using ShardyFusion.Catalog;

namespace ShardyFusion.Maintenance;

/// <summary>Which rows of which snapshot to export; without bounds, all of them.</summary>
public sealed record ExportOptions
{
    /// <summary>The snapshot.</summary>
    public SnapshotSelector Selector { get; init; } = SnapshotSelector.Current;
    /// <summary>The smallest key; null for no bound. Integers are ordered by size, text and bytes by their bytes.</summary>
    public object? FirstKey { get; init; }
    /// <summary>The largest key, itself included; null for no bound.</summary>
    public object? LastKey { get; init; }
    /// <summary>What keys start with: text, or bytes where keys are bytes; null for anything. Not for integer keys.</summary>
    public object? KeyPrefix { get; init; }
    /// <summary>Puts an apostrophe before each CSV cell that begins with <c>=</c>, <c>+</c>, <c>-</c>, <c>@</c>, a tab or a carriage
    /// return, so that no spreadsheet takes it for a formula. Such a file does not read back as the rows that were exported.</summary>
    public bool GuardFormulas { get; init; }

    /// <summary>Every fault of these options, each naming the option; empty when they are valid.</summary>
    public IReadOnlyList<string> Validate() =>
        KeyPrefix is not null && (FirstKey ?? LastKey) is not null ? ["KeyPrefix cannot be combined with FirstKey or LastKey."] : [];
}
