using ShardyFusion.Formats.Annotations;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>A stop of all pointer changes and cleanups of a prefix.</summary>
public sealed class PublishingSuspension
{
    internal PublishingSuspension(string prefix, PublishingFreeze found)
    {
        Prefix = prefix;
        Reason = found.Reason;
        CreatedAt = found.CreatedAt.UtcDateTime;
        ExpiresAt = found.ExpiresAt?.UtcDateTime;
        Author = found.Author;
        Host = found.Host;
    }

    /// <summary>The prefix.</summary>
    public string Prefix { get; }

    /// <summary>Why.</summary>
    public string Reason { get; }

    /// <summary>Since when, UTC.</summary>
    public DateTime CreatedAt { get; }

    /// <summary>When it ends by itself, UTC; null for never.</summary>
    public DateTime? ExpiresAt { get; }

    /// <summary>Who; null when unknown.</summary>
    public string? Author { get; }

    /// <summary>On which machine; null when unknown.</summary>
    public string? Host { get; }
}
