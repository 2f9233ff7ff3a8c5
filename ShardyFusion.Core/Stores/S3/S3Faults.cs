using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;
using ShardyFusion.Errors;
using ShardyFusion.Stores.Remote;

namespace ShardyFusion.Stores.S3;

/// <summary>What S3 reports.</summary>
sealed class S3Faults : RequestFaults
{
    // The codes the original retries, then those it leaves out: conflicts of concurrent writes and bodies damaged on the way.
    static readonly HashSet<string> TransientCodes = new(StringComparer.Ordinal)
    {
        "RequestTimeout", "RequestTimeoutException", "InternalError", "ServiceUnavailable", "SlowDown", "Throttling", "ThrottlingException",
        "TooManyRequestsException", "RequestLimitExceeded", "BandwidthLimitExceeded", "503", "500", "429",
        "ConditionalRequestConflict", "OperationAborted", "ConcurrentModification", "IncompleteBody", "BadDigest",
        "XAmzContentSHA256Mismatch",
    };

    /// <summary>The only one; it keeps nothing.</summary>
    public static S3Faults Instance { get; } = new();

    S3Faults()
    {
    }

    /// <inheritdoc/>
    protected override string CredentialAdvice => "Give an access key, a profile, or credentials that the default chain finds.";

    /// <inheritdoc/>
    protected override ServiceAnswer? AnswerOf(Exception exception) => exception is AmazonServiceException { StatusCode: not 0 } e
        ? new ServiceAnswer((int)e.StatusCode, e.ErrorCode, e.RequestId, e) : null;

    /// <inheritdoc/>
    protected override bool IsWrapper(Exception exception) => exception is AmazonServiceException or AmazonClientException;

    /// <inheritdoc/>
    // A missing object stays missing, whatever the store calls it; an error that was cut short on the way may be any.
    protected override bool IsTransientAnswer(in ServiceAnswer answer) => IsCutShort(answer.Failure) || (answer.Status != 404
        && (TransientCodes.Contains(answer.Code ?? "")
            || answer.Status is 408 or 429 or 500 or 502 or 503 or 504 or (>= 200 and < 300)));

    /// <inheritdoc/>
    protected override (ErrorKind Kind, string? Advice) Advise(in ServiceAnswer answer, StoreAction action) => S3Advice.For(answer, action,
        HeaderOf(answer.Failure, "x-amz-bucket-region") is { } region && S3Answers.IsRegion(region) ? region : null);

    /// <inheritdoc/>
    protected override string? Unreadable(Exception exception) => exception is AmazonUnmarshallingException
        ? "the response was cut short or is no S3 response" : null;

    /// <inheritdoc/>
    public override string? HeaderOf(Exception? exception, string name)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is HttpErrorResponseException { Response: { } response } && response.IsHeaderPresent(name))
                return response.GetHeaderValue(name);
        }
        return null;
    }

    static bool IsCutShort(Exception? failure) => failure is AmazonUnmarshallingException { ResponseBody: { } body }
        && (body.StartsWith("<?xml", StringComparison.Ordinal) || body.StartsWith("<Error", StringComparison.Ordinal))
        && !body.Contains("</Error>", StringComparison.Ordinal) && !body.Contains("</html>", StringComparison.OrdinalIgnoreCase);

    /// <summary>True for a refusal that says that the store does not know the request.</summary>
    public bool IsUnsupported(AmazonS3Exception e, StoreAction action) => AnswerOf(e) is { } answer
        && Advise(answer, action).Kind == ErrorKind.StorageUnsupported;

    /// <summary>The object or its version is not there, while the bucket is.</summary>
    public static bool IsMissingObject(AmazonS3Exception e) =>
        (int)e.StatusCode == 404 && e.ErrorCode is not ("NoSuchBucket" or "NoSuchUpload");

    /// <summary>A conditional write found something else than it asked for. AWS answers 404 to If-Match on a missing key.</summary>
    public static bool IsConditionFailure(AmazonS3Exception e, PutCondition condition) => condition.Kind != PutConditionKind.Always
        && ((int)e.StatusCode is 412 or 304 || (condition.Kind == PutConditionKind.IfMatch && IsMissingObject(e)));
}
