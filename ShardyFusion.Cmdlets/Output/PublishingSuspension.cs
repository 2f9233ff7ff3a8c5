using System.Management.Automation;
using ShardyFusion.Formats.Annotations;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>A stop of all pointer changes and cleanups of a prefix.</summary>
public sealed class PublishingSuspension
{
    internal PublishingSuspension(string prefix, PublishingFreeze found)
    {
        Prefix = prefix;
        Reason = found.Reason;
        CreatedAt = UtcTime.Of(found.CreatedAt);
        ExpiresAt = UtcTime.Of(found.ExpiresAt);
        Author = found.Author;
        Host = found.Host;
    }

    /// <summary>The prefix.</summary>
    public string Prefix { get; }

    /// <summary>Why.</summary>
    public string Reason { get; }

    /// <summary>Since when, UTC.</summary>
    public PSObject CreatedAt { get; }

    /// <summary>When it ends by itself, UTC; null for never.</summary>
    public PSObject? ExpiresAt { get; }

    /// <summary>Who; null when unknown.</summary>
    public string? Author { get; }

    /// <summary>On which machine; null when unknown.</summary>
    public string? Host { get; }
}
