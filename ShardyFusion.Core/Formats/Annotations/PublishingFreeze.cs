using ShardyFusion.Errors;

namespace ShardyFusion.Formats.Annotations;

/// <summary>A stop of all pointer changes and of cleanup.</summary>
/// <param name="Reason">Why, without secrets, at most 300 characters.</param>
/// <param name="Author">Who wanted it; null when unknown.</param>
/// <param name="Host">On which machine; null when unknown.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="ExpiresAt">It ends by itself at this time; null for never. UTC.</param>
/// <param name="Released">True once it was lifted.</param>
public sealed record PublishingFreeze(string Reason, string? Author, string? Host, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt,
    bool Released) : Annotation
{
    /// <summary>True while it holds.</summary>
    public bool IsActive(DateTimeOffset now) => !Released && !(ExpiresAt <= now);

    /// <summary>Until when, by whom and why, as a sentence.</summary>
    /// <param name="prefix">What is frozen.</param>
    internal string Describe(string prefix) =>
        $"'{prefix}' is frozen {(ExpiresAt is { } end ? $"until {SnapshotTime.FormatField(end)}" : "until it is lifted")} "
        + $"by {Author ?? "someone"} on '{Host ?? "an unknown host"}': {SecretRedactor.ForRecord(Reason)}";
}
