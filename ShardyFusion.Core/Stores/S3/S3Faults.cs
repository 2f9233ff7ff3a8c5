using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;
using ShardyFusion.Errors;

namespace ShardyFusion.Stores.S3;

/// <summary>What S3 and the network report: whether it may pass, and as an error kind with what to do.</summary>
static class S3Faults
{
    // The codes the original retries, then those it leaves out: conflicts of concurrent writes and bodies damaged on the way.
    static readonly HashSet<string> TransientCodes = new(StringComparer.Ordinal)
    {
        "RequestTimeout", "RequestTimeoutException", "InternalError", "ServiceUnavailable", "SlowDown", "Throttling", "ThrottlingException",
        "TooManyRequestsException", "RequestLimitExceeded", "BandwidthLimitExceeded", "503", "500", "429",
        "ConditionalRequestConflict", "OperationAborted", "ConcurrentModification", "IncompleteBody", "BadDigest", "XAmzContentSHA256Mismatch",
    };

    /// <summary>True when the same request may succeed later.</summary>
    public static bool IsTransient(Exception exception) => exception switch
    {
        AttemptTimeoutException => true,
        AmazonUnmarshallingException => true, // A response cut short.
        AmazonServiceException { StatusCode: not 0 } e => TransientCodes.Contains(e.ErrorCode ?? "") || (int)e.StatusCode is 408 or 429 or 500 or 502 or 503 or 504,
        HttpRequestException { InnerException: AuthenticationException } => false,
        HttpRequestException or IOException or SocketException => true,
        AmazonServiceException or AmazonClientException when exception.InnerException is { } inner => IsTransient(inner),
        _ => false,
    };

    /// <summary>The pause the server asked for, or null.</summary>
    public static TimeSpan? RetryAfter(Exception? exception, DateTimeOffset now)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is not HttpErrorResponseException { Response: { } response } || !response.IsHeaderPresent("Retry-After"))
                continue;
            var text = response.GetHeaderValue("Retry-After");
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
                return TimeSpan.FromSeconds(seconds);
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
                return at > now ? at - now : TimeSpan.Zero;
        }
        return null;
    }

    /// <summary>The object or its version is not there, while the bucket is.</summary>
    public static bool IsMissingObject(AmazonS3Exception e) => e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode is not ("NoSuchBucket" or "NoSuchUpload");

    /// <summary>A conditional write found something else than it asked for. AWS answers 404 to If-Match on a missing key.</summary>
    public static bool IsConditionFailure(AmazonS3Exception e, PutCondition condition) => condition.Kind != PutConditionKind.Always
        && (e.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.NotModified
            || (condition.Kind == PutConditionKind.IfMatch && IsMissingObject(e)));

    /// <summary>True for what <see cref="Translate"/> knows.</summary>
    public static bool IsStoreError(Exception exception) => exception is AmazonServiceException or AmazonClientException or AmazonUnmarshallingException or AttemptTimeoutException or HttpRequestException or IOException or SocketException;

    /// <summary>The exception to throw instead.</summary>
    public static ShardyFusionException Translate(Exception exception, S3Action action, string resource, int attempts, TimeSpan elapsed)
    {
        var what = $"{action.Name} on {resource}";
        if (IsTransient(exception))
        {
            var tries = string.Create(CultureInfo.InvariantCulture, $"{attempts} attempt{(attempts == 1 ? "" : "s")} in {elapsed.TotalSeconds:0.0} s");
            return Make(ErrorKind.StorageTransient, $"{what} failed after {tries}: {Cause(exception)}.", null);
        }
        return exception is AmazonServiceException { StatusCode: not 0 } service
            ? Permanent(service, action, what)
            : Make(ErrorKind.StorageDenied, $"{what} could not be sent: {Cause(exception)}.",
                "Give an access key, a profile, or credentials that the default chain finds; check the endpoint's certificate when it is https.");

        ShardyFusionException Make(ErrorKind kind, string message, string? advice) => advice is null
            ? new ShardyFusionException(kind, message, exception) { Target = resource }
            : new ShardyFusionException(kind, message, exception) { Target = resource, RecommendedAction = advice };

        ShardyFusionException Permanent(AmazonServiceException e, S3Action requested, string description)
        {
            var (kind, advice) = Advise(e, requested);
            var status = string.Create(CultureInfo.InvariantCulture, $"HTTP {(int)e.StatusCode}");
            var id = string.IsNullOrEmpty(e.RequestId) ? "" : $", request {e.RequestId}";
            return Make(kind, $"{description} was refused: {(string.IsNullOrEmpty(e.ErrorCode) ? e.StatusCode : e.ErrorCode)} ({status}{id}).", advice);
        }
    }

    static (ErrorKind Kind, string? Advice) Advise(AmazonServiceException e, S3Action action) => e.ErrorCode switch
    {
        "NoSuchBucket" => (ErrorKind.StorageNotFound, "Check the bucket's name and the endpoint; create the bucket if it should exist."),
        "NoSuchKey" => (ErrorKind.StorageNotFound, null),
        "InvalidAccessKeyId" => (ErrorKind.StorageDenied, "The store does not know this access key: check the key, the profile and the endpoint."),
        "SignatureDoesNotMatch" => (ErrorKind.StorageDenied, "The secret does not fit the access key: enter both again."),
        "ExpiredToken" or "TokenRefreshRequired" or "ExpiredTokenException" =>
            (ErrorKind.StorageDenied, "The session token has expired: get new temporary credentials (for a profile, sign in again)."),
        "InvalidToken" => (ErrorKind.StorageDenied, "The session token is malformed or belongs to another access key: get new temporary credentials."),
        "RequestTimeTooSkewed" or "RequestExpired" => (ErrorKind.StorageDenied, "This machine's clock differs too much from the store's: synchronise it."),
        "PermanentRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException" or "TemporaryRedirect" =>
            (ErrorKind.StorageDenied, "The bucket lives in another region: give that region."),
        "QuotaExceeded" or "EntityTooLarge" or "InsufficientStorage" or "XMinioStorageFull" => (ErrorKind.StorageFull, null),
        "KeyTooLongError" or "KeyTooLong" => (ErrorKind.ConfigValidation, "Use a shorter prefix or run id."),
        _ => (int)e.StatusCode switch
        {
            401 or 403 => (ErrorKind.StorageDenied, $"Allow {action.Permission} on this resource; without s3:ListBucket a missing object is reported as denied, too."),
            301 or 307 or 308 => (ErrorKind.StorageDenied, "The bucket lives in another region: give that region."),
            404 => (ErrorKind.StorageNotFound, null),
            507 => (ErrorKind.StorageFull, null),
            _ => (ErrorKind.StorageDenied, "The store did not accept the request: check the endpoint and whether the store supports this operation."),
        },
    };

    // Codes and types only: a server's free text can repeat what it was sent.
    static string Cause(Exception exception) => exception switch
    {
        AttemptTimeoutException timeout => timeout.Message,
        AmazonServiceException { StatusCode: not 0 } e => string.Create(CultureInfo.InvariantCulture, $"{(string.IsNullOrEmpty(e.ErrorCode) ? e.StatusCode : e.ErrorCode)} (HTTP {(int)e.StatusCode})"),
        SocketException e => e.SocketErrorCode.ToString(),
        HttpRequestException { InnerException: SocketException e } => e.SocketErrorCode.ToString(),
        HttpRequestException { InnerException: AuthenticationException } => "the TLS connection could not be made",
        HttpIOException e => e.HttpRequestError.ToString(),
        HttpRequestException e when e.HttpRequestError != HttpRequestError.Unknown => e.HttpRequestError.ToString(),
        AmazonUnmarshallingException => "the response was cut short or is no S3 response",
        AmazonClientException or AmazonServiceException when exception.InnerException is null => exception.Message.TrimEnd('.'),
        { InnerException: { } inner } => Cause(inner),
        IOException => "the connection broke",
        _ => exception.GetType().Name,
    };
}

/// <summary>One attempt of a request took too long; its outcome is unknown.</summary>
sealed class AttemptTimeoutException(TimeSpan limit) : Exception(string.Create(CultureInfo.InvariantCulture, $"no answer within {limit.TotalSeconds:0.###} s"));
