using ShardyFusion.Formats;

namespace ShardyFusion.Catalog;

/// <summary>Names one snapshot of a prefix: by at most one of the five; by none the current one.</summary>
public sealed record SnapshotSelector
{
    /// <summary>The current snapshot.</summary>
    public static SnapshotSelector Current { get; } = new();
    /// <summary>Manifest ref (absolute, or relative to the prefix).</summary>
    public string? Ref { get; init; }
    /// <summary>Run id, or at least 4 characters of its beginning when no other run id of the prefix begins so.</summary>
    public string? RunId { get; init; }
    /// <summary>Steps back from the current snapshot: 1 is the one published before it, blocked ones left out; -1 the one
    /// published after it.</summary>
    public int? Offset { get; init; }
    /// <summary>Name of the pointer that names it, as in <c>CANARY</c>: 1..32 of <c>A-Z 0-9 _</c>, a letter first.</summary>
    public string? Pointer { get; init; }
    /// <summary>Tag: 1..128 of <c>A-Z a-z 0-9 . _ -</c>.</summary>
    public string? Tag { get; init; }
    /// <summary>True when it names the current snapshot by naming nothing.</summary>
    public bool IsCurrent => Ref is null && RunId is null && Offset is null && Pointer is null && Tag is null;
    /// <summary>Key of the pointer that decides which snapshot it is, so that a reader can follow it; null when the snapshot is
    /// fixed.</summary>
    internal string? FollowedPointer => IsCurrent || Pointer is not null ? SnapshotPaths.PointerKey(Pointer) : null;
    /// <summary>For messages.</summary>
    public override string ToString() =>
        Ref is not null ? $"ref '{Ref}'" : RunId is not null ? $"run '{RunId}'" : Offset is not null ? $"offset {Offset}"
        : Pointer is not null ? $"pointer '{Pointer}'" : Tag is not null ? $"tag '{Tag}'" : "the current snapshot";
}
