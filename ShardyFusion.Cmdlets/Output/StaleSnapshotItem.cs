using ShardyFusion.Cleaning;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>Something that a cleanup deletes, or would delete.</summary>
public sealed class StaleSnapshotItem
{
    internal StaleSnapshotItem(string prefix, CleanupItem item, bool isDeleted, string? error)
    {
        Prefix = prefix;
        Kind = item.Kind.ToString();
        Name = item.Name;
        Reason = item.Reason;
        Keys = new([.. item.Objects.Select(found => found.Key)]);
        Bytes = item.Bytes;
        IsDeleted = isDeleted;
        Error = error;
    }

    /// <summary>The prefix.</summary>
    public string Prefix { get; }

    /// <summary>What it is.</summary>
    public string Kind { get; }

    /// <summary>The run, or the key.</summary>
    public string Name { get; }

    /// <summary>Why it may be deleted.</summary>
    public string Reason { get; }

    /// <summary>Keys of its objects.</summary>
    public Listed<string> Keys { get; }

    /// <summary>Number of its objects.</summary>
    public int ObjectCount => Keys.Count;

    /// <summary>Their bytes, as far as they are known.</summary>
    public long Bytes { get; }

    /// <summary>True when it is gone.</summary>
    public bool IsDeleted { get; }

    /// <summary>Why it is not, when it should be; null otherwise.</summary>
    public string? Error { get; }
}
