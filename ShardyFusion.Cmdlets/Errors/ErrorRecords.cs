using System.Globalization;
using System.Management.Automation;
using ShardyFusion.Errors;

namespace ShardyFusion.Cmdlets.Errors;

/// <summary>Makes every error record of the module; the only place where an error kind meets an <see cref="ErrorCategory"/>.</summary>
static class ErrorRecords
{
    /// <summary>The record of any failure: the kind's name as id, its category, the target it names, and what to do about it.</summary>
    /// <param name="failure">What happened.</param>
    /// <param name="target">The key, run or prefix to name when the failure itself names none.</param>
    public static ErrorRecord Of(Exception failure, object? target) => MemoryFault.Known(failure) is ShardyFusionException known
        ? new ErrorRecord(known, known.ErrorId, CategoryOf(known.Kind), known.Target ?? Shown(target))
        {
            ErrorDetails = new ErrorDetails(known.Message) { RecommendedAction = known.RecommendedAction },
        }
        : new ErrorRecord(failure, UnexpectedId(failure), failure is IOException ? ErrorCategory.ReadError : ErrorCategory.InvalidOperation,
        Shown(target))
        {
            ErrorDetails = new ErrorDetails(Plain(failure.Message)),
        };

    /// <summary>A key that is not in the snapshot, where its absence is an error.</summary>
    public static ErrorRecord KeyNotFound(object key, string runId) =>
        new(new KeyNotFoundException(Plain(string.Create(CultureInfo.InvariantCulture, $"Key '{key}' is not in snapshot '{runId}'."))),
            "KeyNotFound", ErrorCategory.ObjectNotFound, key);

    /// <summary>A value whose bytes are not what the caller asked for.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="form">What was asked for: text or JSON.</param>
    /// <param name="cause">Why the bytes are not that.</param>
    public static ErrorRecord ValueNotReadable(object key, string form, Exception cause)
    {
        var message = Plain(string.Create(CultureInfo.InvariantCulture, $"The value of key '{key}' is no {form}: {cause.Message}"));
        return new ErrorRecord(new FormatException(message, cause), "ValueNotReadable", ErrorCategory.InvalidData, key)
        {
            ErrorDetails = new ErrorDetails(message) { RecommendedAction = "Read it with -As Bytes." },
        };
    }

    /// <summary>A value that is JSON, but that no object holds without losing something of it.</summary>
    public static ErrorRecord ValueNotHeld(object key, Exception cause)
    {
        var message = Plain(string.Create(CultureInfo.InvariantCulture, $"The value of key '{key}' cannot be an object: {cause.Message}"));
        return new ErrorRecord(new FormatException(message, cause), "ValueNotReadable", ErrorCategory.InvalidData, key)
        {
            ErrorDetails = new ErrorDetails(message) { RecommendedAction = "Read it with -As Text." },
        };
    }

    /// <summary>A target that is an address is shown, too.</summary>
    static object? Shown(object? target) => target is string text && text.Contains("://", StringComparison.Ordinal)
        ? SecretRedactor.Redact(text) : target;

    static string Plain(string message) => VisibleText.Escape(SecretRedactor.Redact(message));

    static ErrorCategory CategoryOf(ErrorKind kind) => kind switch
    {
        ErrorKind.ConfigValidation => ErrorCategory.InvalidArgument,
        ErrorKind.ShardAssignment or ErrorKind.InputInvalid or ErrorKind.ShardCoverage or ErrorKind.ManifestBuild =>
        ErrorCategory.InvalidData,
        ErrorKind.ManifestParse => ErrorCategory.ParserError,
        ErrorKind.ManifestStore => ErrorCategory.ReadError,
        ErrorKind.PublishManifest or ErrorKind.PublishCurrent or ErrorKind.ShardWrite or ErrorKind.StorageFull => ErrorCategory.WriteError,
        ErrorKind.PointerConflict or ErrorKind.TagExists => ErrorCategory.ResourceExists,
        ErrorKind.SnapshotBlocked or ErrorKind.PublishingFrozen => ErrorCategory.InvalidOperation,
        ErrorKind.PlanStale => ErrorCategory.InvalidResult,
        ErrorKind.BuildInProgress or ErrorKind.PoolExhausted => ErrorCategory.ResourceBusy,
        ErrorKind.BuildStopped => ErrorCategory.OperationStopped,
        ErrorKind.GuardFailed or ErrorKind.MemoryExhausted => ErrorCategory.LimitsExceeded,
        ErrorKind.ProbeFailed => ErrorCategory.InvalidResult,
        ErrorKind.ShardCorrupt or ErrorKind.SnapshotIncomplete => ErrorCategory.InvalidData,
        ErrorKind.ShardUnsupported => ErrorCategory.NotImplemented,
        ErrorKind.ReaderState => ErrorCategory.CloseError,
        ErrorKind.NoSnapshot or ErrorKind.SnapshotNotFound or ErrorKind.RunNotFound or ErrorKind.StorageNotFound =>
        ErrorCategory.ObjectNotFound,
        ErrorKind.StorageTransient => ErrorCategory.ConnectionError,
        ErrorKind.StorageDenied => ErrorCategory.PermissionDenied,
        ErrorKind.CredentialsExpired or ErrorKind.ClockSkewed => ErrorCategory.AuthenticationError,
        ErrorKind.WrongRegion => ErrorCategory.InvalidArgument,
        ErrorKind.StorageArchived => ErrorCategory.ResourceUnavailable,
        ErrorKind.StorageAnswer => ErrorCategory.ProtocolError,
        ErrorKind.TimedOut => ErrorCategory.OperationTimeout,
        ErrorKind.StoreUnsafe or ErrorKind.StorageUnsupported => ErrorCategory.NotImplemented,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "An error kind without a category."),
    };

    static string UnexpectedId(Exception failure)
    {
        const string Suffix = "Exception";
        var name = failure.GetType().Name;
        return name.EndsWith(Suffix, StringComparison.Ordinal) && name.Length > Suffix.Length ? name[..^Suffix.Length] : name;
    }
}
