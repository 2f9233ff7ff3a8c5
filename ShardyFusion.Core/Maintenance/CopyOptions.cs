using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Publishing;

namespace ShardyFusion.Maintenance;

/// <summary>What to copy, and how.</summary>
public sealed record CopyOptions
{
    /// <summary>The snapshot.</summary>
    public SnapshotSelector Selector { get; init; } = SnapshotSelector.Current;
    /// <summary>Writes the rows anew with these options (number of shards, run id, compression, memory…) instead of taking the shards over
    /// as they are; encodings, custom fields and, unless given, the message are those of the snapshot. Null for a copy byte by
    /// byte.</summary>
    public BuildOptions? Reshard { get; init; }
    /// <summary>True moves the destination's pointer to the copy.</summary>
    public bool Publish { get; init; }
    /// <summary>Which pointer, and what is checked; of no effect unless <see cref="Publish"/> is set.</summary>
    public PublishRules Rules { get; init; } = new();
    /// <summary>True also writes to a store that does not honour write conditions.</summary>
    public bool AllowUnsafePointer { get; init; }
    /// <summary>Shards under way at once, 1..1,024; null for 4.</summary>
    public int? Parallelism { get; init; }

    /// <summary>Every fault of these options, each naming the option; empty when they are valid.</summary>
    public IReadOnlyList<string> Validate() =>
        [.. Parallelism is < 1 or > 1024 ? [$"Parallelism is {Parallelism}; it must be 1..1,024."] : Array.Empty<string>(),
            .. Rules.Validate()];
}
