using System.Globalization;
using ShardyFusion.Errors;

namespace ShardyFusion.Stores.Remote;

/// <summary>An answer that no store gives, that sends the request elsewhere, or that was damaged on the way.</summary>
/// <param name="kind">As what it is reported.</param>
/// <param name="what">What is wrong with the answer, as the end of a sentence; never its text.</param>
sealed class StoreAnswerException(ErrorKind kind, string what) : Exception(what)
{
    public ErrorKind Kind => kind;

    /// <summary>HTTP status of the answer.</summary>
    public int? Status { get; init; }

    /// <summary>What to do; null for the advice of the kind.</summary>
    public string? Advice { get; init; }

    /// <summary>The object as it came, when it came several times alike; null otherwise.</summary>
    public StoredObject? Repeated { get; init; }

    /// <summary>True when the next answer may be better.</summary>
    public bool IsTransient => kind == ErrorKind.StorageAnswer && Repeated is null;

    public static StoreAnswerException WebPage(int status) =>
        new(ErrorKind.StorageAnswer, string.Create(CultureInfo.InvariantCulture,
            $"the answer is no object store's, but a web page (HTTP {status})"))
        {
            Status = status,
        };

    public static StoreAnswerException NoETag(StoredObject? repeated = null) =>
        new(ErrorKind.StorageAnswer, "the answer names no version (ETag) of the object")
        {
            Repeated = repeated,
            Advice = "Try again; if it persists, the store or a proxy before it drops the ETag header, without which nothing can be "
                + "published safely.",
        };

    public static StoreAnswerException NoListing() => new(ErrorKind.StorageAnswer, "the answer is not a bucket listing");

    public static StoreAnswerException Damaged(StoredObject? repeated) =>
        new(ErrorKind.StorageAnswer, "the content does not fit its checksum: it was damaged on the way or on the store")
        {
            Repeated = repeated,
            Advice = "Try again; if it persists, something between this machine and the store damages data, or the object is damaged: "
                + "compare with a read from elsewhere.",
        };
}
