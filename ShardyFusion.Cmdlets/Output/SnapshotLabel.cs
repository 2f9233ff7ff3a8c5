using System.Management.Automation;
using ShardyFusion.Formats.Annotations;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>A tag of a snapshot.</summary>
public sealed class SnapshotLabel
{
    internal SnapshotLabel(string prefix, SnapshotTag found)
    {
        Prefix = prefix;
        Name = found.Tag;
        RunId = found.RunId;
        ManifestRef = found.ManifestRef;
        CreatedAt = UtcTime.Of(found.CreatedAt);
        ExpiresAt = UtcTime.Of(found.ExpiresAt);
        Author = found.Author;
        Host = found.Host;
        Note = found.Note;
    }

    /// <summary>The prefix.</summary>
    public string Prefix { get; }

    /// <summary>The tag.</summary>
    public string Name { get; }

    /// <summary>The snapshot's run.</summary>
    public string RunId { get; }

    /// <summary>Where its manifest lives.</summary>
    public string ManifestRef { get; }

    /// <summary>When it was set, UTC.</summary>
    public PSObject CreatedAt { get; }

    /// <summary>After this time it no longer protects anything, UTC; null for never.</summary>
    public PSObject? ExpiresAt { get; }

    /// <summary>Who; null when unknown.</summary>
    public string? Author { get; }

    /// <summary>On which machine; null when unknown.</summary>
    public string? Host { get; }

    /// <summary>What for.</summary>
    public string? Note { get; }

    /// <summary>The tag.</summary>
    public override string ToString() => Name;
}
