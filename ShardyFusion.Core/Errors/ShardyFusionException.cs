namespace ShardyFusion.Errors;

/// <summary>The one exception family of the engine; <see cref="Kind"/> says what went wrong.</summary>
public class ShardyFusionException : Exception
{
    /// <summary>Creates an exception of a kind.</summary>
    /// <param name="kind">What went wrong.</param>
    /// <param name="message">One sentence that names the row, key, file or field. What looks like a secret is hidden, what steers a
    /// terminal is shown.</param>
    /// <param name="innerException">The cause, or null.</param>
    public ShardyFusionException(ErrorKind kind, string message, Exception? innerException = null)
        : base(VisibleText.Escape(SecretRedactor.Redact(message)), innerException) => Kind = kind;

    /// <summary>What went wrong.</summary>
    public ErrorKind Kind { get; }

    /// <summary>Stable identifier, the name of <see cref="Kind"/>.</summary>
    public string ErrorId => Kind.ToString();

    /// <summary>The key, ref, file or URI it happened to; null when none applies.</summary>
    public object? Target
    {
        get;
        // Keys stay what they are, for scripts; addresses are shown like the message.
        init => field = value is string text && text.Contains("://", StringComparison.Ordinal) ? SecretRedactor.Redact(text) : value;
    }

    /// <summary>HTTP status of the answer that the failure is about; null when there was none.</summary>
    internal int? HttpStatus { get; init; }

    /// <summary>What the user should do, as one sentence.</summary>
    public string RecommendedAction
    {
        get => field ?? ErrorAdvice.For(Kind);
        init => field = value is null ? null : VisibleText.Escape(SecretRedactor.Redact(value));
    }

    /// <summary>True when a write that failed so may have been done all the same: its answer was lost or cannot be believed. What it did is
    /// then looked up.</summary>
    internal bool IsOutcomeUnknown => Kind is ErrorKind.StorageTransient or ErrorKind.StorageAnswer;

    /// <summary>True when the same call may succeed later without any change.</summary>
    public bool Retryable => IsOutcomeUnknown || Kind is ErrorKind.TimedOut or ErrorKind.PoolExhausted
        or ErrorKind.ManifestStore
        or ErrorKind.PublishManifest or ErrorKind.PublishCurrent or ErrorKind.ShardWrite or ErrorKind.BuildInProgress;
}
