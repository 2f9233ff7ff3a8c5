using System.Management.Automation;
using ShardyFusion.Formats.Annotations;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>A snapshot that is not to be used.</summary>
public sealed class BlockedSnapshot
{
    internal BlockedSnapshot(string prefix, SnapshotBlock found)
    {
        Prefix = prefix;
        RunId = found.RunId;
        ManifestRef = found.ManifestRef;
        CreatedAt = UtcTime.Of(found.CreatedAt);
        Author = found.Author;
        Host = found.Host;
        Reason = found.Reason;
    }

    /// <summary>The prefix.</summary>
    public string Prefix { get; }

    /// <summary>The snapshot's run.</summary>
    public string RunId { get; }

    /// <summary>Where its manifest lives.</summary>
    public string ManifestRef { get; }

    /// <summary>When it was blocked, UTC.</summary>
    public PSObject CreatedAt { get; }

    /// <summary>Who; null when unknown.</summary>
    public string? Author { get; }

    /// <summary>On which machine; null when unknown.</summary>
    public string? Host { get; }

    /// <summary>Why.</summary>
    public string Reason { get; }

    /// <summary>The run id.</summary>
    public override string ToString() => RunId;
}
