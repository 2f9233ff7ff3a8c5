namespace ShardyFusion.Publishing;

/// <summary>How a planned change of a pointer is carried out.</summary>
public sealed record PointerChangeOptions
{
    /// <summary>True writes even to a store that does not honour write conditions.</summary>
    public bool AllowUnsafePointer { get; init; }
    /// <summary>True moves the pointer to a blocked snapshot, too.</summary>
    public bool IgnoreBlock { get; init; }
    /// <summary>True moves the pointer although the prefix is frozen.</summary>
    public bool IgnoreFreeze { get; init; }
    /// <summary>Why; kept with the event without secrets, at most 300 characters. Null for no reason.</summary>
    public string? Reason { get; init; }
    /// <summary>True blocks the snapshot that the pointer named before, with the same reason.</summary>
    public bool BlockPrevious { get; init; }
}
