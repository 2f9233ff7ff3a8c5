using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;
using ShardyFusion.Errors;
using ShardyFusion.Figures;

namespace ShardyFusion.Stores.S3;

/// <summary>What S3 and the network report: whether it may pass, and as an error kind in our own words.</summary>
static class S3Faults
{
    // The codes the original retries, then those it leaves out: conflicts of concurrent writes and bodies damaged on the way.
    static readonly HashSet<string> TransientCodes = new(StringComparer.Ordinal)
    {
        "RequestTimeout", "RequestTimeoutException", "InternalError", "ServiceUnavailable", "SlowDown", "Throttling", "ThrottlingException",
        "TooManyRequestsException", "RequestLimitExceeded", "BandwidthLimitExceeded", "503", "500", "429",
        "ConditionalRequestConflict", "OperationAborted", "ConcurrentModification", "IncompleteBody", "BadDigest",
        "XAmzContentSHA256Mismatch",
    };

    /// <summary>True when the same request may succeed later.</summary>
    public static bool IsTransient(Exception exception) => exception switch
    {
        AttemptTimeoutException => true,
        S3AnswerException answer => answer.IsTransient,
        UnsentRequestException => false,
        // A missing object stays missing, whatever the store calls it.
        AmazonServiceException { StatusCode: not 0 } e => (int)e.StatusCode != 404
            && (TransientCodes.Contains(e.ErrorCode ?? "") || (int)e.StatusCode is 408 or 429 or 500 or 502 or 503 or 504
            || (int)e.StatusCode is >= 200 and < 300),
        HttpRequestException { InnerException: AuthenticationException } => false,
        HttpRequestException or IOException or SocketException => true,
        AmazonServiceException or AmazonClientException when exception.InnerException is { } inner => IsTransient(inner),
        // Whatever stumbles while an answer is read: it was cut short or is none.
        _ => true,
    };

    /// <summary>The pause the server asked for, or null.</summary>
    public static TimeSpan? RetryAfter(Exception? exception, DateTimeOffset now)
    {
        if (HeaderOf(exception, "Retry-After") is not { } text)
            return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return TimeSpan.FromSeconds(seconds);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at > now ? at - now
            : TimeSpan.Zero : null;
    }

    /// <summary>A header of the answer behind a failure, or null.</summary>
    public static string? HeaderOf(Exception? exception, string name)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is HttpErrorResponseException { Response: { } response } && response.IsHeaderPresent(name))
                return response.GetHeaderValue(name);
        }
        return null;
    }

    /// <summary>The object or its version is not there, while the bucket is.</summary>
    public static bool IsMissingObject(AmazonS3Exception e) =>
        (int)e.StatusCode == 404 && e.ErrorCode is not ("NoSuchBucket" or "NoSuchUpload");

    /// <summary>A conditional write found something else than it asked for. AWS answers 404 to If-Match on a missing key.</summary>
    public static bool IsConditionFailure(AmazonS3Exception e, PutCondition condition) => condition.Kind != PutConditionKind.Always
        && ((int)e.StatusCode is 412 or 304 || (condition.Kind == PutConditionKind.IfMatch && IsMissingObject(e)));

    /// <summary>True for everything that <see cref="Translate"/> has words for: all but what is typed already, our own cancellation, and
    /// the store's owner closing it.</summary>
    public static bool IsStoreError(Exception exception) =>
        exception is not (ShardyFusionException or OperationCanceledException or ObjectDisposedException or OutOfMemoryException);

    /// <summary>The exception to throw instead.</summary>
    /// <param name="exception">What happened.</param>
    /// <param name="action">What was tried.</param>
    /// <param name="resource">What it was tried on.</param>
    /// <param name="tries">How often and for how long; told when trying again made sense.</param>
    /// <param name="endpoint">The server that was asked.</param>
    public static ShardyFusionException Translate(Exception exception, S3Action action, string resource, S3Tries tries, string endpoint)
    {
        var what = $"{action.Name} on {resource}{S3Advice.Purpose(resource)}";
        if (exception is S3AnswerException answer)
        {
            var message = answer.IsTransient || answer.Repeated is not null ? $"{what} failed after {tries}: {answer.Message}."
                : $"{what} was refused: {answer.Message}.";
            return answer.Repeated is { } found
                ? new UnverifiedObjectException(answer.Kind, message, found, exception)
                {
                    Target = resource,
                    RecommendedAction = answer.Advice!
                }
                : Make(answer.Kind, message, answer.Advice, answer.Status);
        }
        if (IsTransient(exception))
        {
            var kind = IsAnswered(exception) ? ErrorKind.StorageAnswer : ErrorKind.StorageTransient;
            return Make(kind, $"{what} failed after {tries}: {Cause(exception)}.", kind == ErrorKind.StorageTransient
                ? $"Try again; if it persists, check the network and the store at {endpoint}." : null, StatusOf(exception));
        }
        if (exception is AmazonServiceException { StatusCode: not 0 } service)
        {
            var (kind, advice) = S3Advice.For(service, action);
            var id = string.IsNullOrEmpty(service.RequestId) ? "" : $", request {service.RequestId}";
            return Make(kind, string.Create(CultureInfo.InvariantCulture,
                $"{what} was refused: {CodeOf(service)} (HTTP {(int)service.StatusCode}{id})."), advice, (int)service.StatusCode);
        }
        return exception is UnsentRequestException
            ? Make(ErrorKind.StorageDenied, $"{what} could not be sent: no credentials were found, or they could not be used.",
            "Give an access key, a profile, or credentials that the default chain finds.", null)
            : Make(ErrorKind.StorageDenied, $"{what} could not be sent: {Cause(exception)}.",
            $"Check the certificate of {endpoint}, and whether it speaks https at all.", null);

        ShardyFusionException Make(ErrorKind kind, string message, string? advice, int? status) => advice is null
            ? new ShardyFusionException(kind, message, exception) { Target = resource, HttpStatus = status }
            : new ShardyFusionException(kind, message, exception) { Target = resource, HttpStatus = status, RecommendedAction = advice };
    }

    // It came whole as far as HTTP is concerned, and yet nobody understands it.
    static bool IsAnswered(Exception exception) => exception switch
    {
        AmazonServiceException { StatusCode: not 0 } e => (int)e.StatusCode is >= 200 and < 300,
        AttemptTimeoutException or HttpRequestException or IOException or SocketException or AmazonUnmarshallingException => false,
        AmazonServiceException or AmazonClientException => exception.InnerException is { } inner && IsAnswered(inner),
        _ => true,
    };

    static int? StatusOf(Exception exception) => exception is AmazonServiceException { StatusCode: not 0 } e ? (int)e.StatusCode : null;

    // A code is a word; a server that says more than that may repeat what it was sent.
    static string CodeOf(AmazonServiceException e) =>
        e.ErrorCode is { Length: > 0 and <= 80 } code && code.All(char.IsAsciiLetterOrDigit) ? code : e.StatusCode.ToString();

    // Codes and our own words only: neither a server's free text nor that of a library.
    static string Cause(Exception exception) => exception switch
    {
        AttemptTimeoutException timeout => timeout.Message,
        AmazonServiceException { StatusCode: not 0 } e =>
        string.Create(CultureInfo.InvariantCulture, $"{CodeOf(e)} (HTTP {(int)e.StatusCode})"),
        SocketException e => e.SocketErrorCode.ToString(),
        HttpRequestException { InnerException: SocketException e } => e.SocketErrorCode.ToString(),
        HttpRequestException { InnerException: AuthenticationException } => "the TLS connection could not be made",
        HttpIOException e => e.HttpRequestError.ToString(),
        HttpRequestException e when e.HttpRequestError != HttpRequestError.Unknown => e.HttpRequestError.ToString(),
        AmazonUnmarshallingException => "the response was cut short or is no S3 response",
        AmazonClientException or AmazonServiceException or HttpRequestException or IOException when exception.InnerException is { } inner =>
        Cause(inner),
        IOException or HttpRequestException => "the connection broke",
        _ => "the answer could not be understood",
    };
}

/// <summary>How often and for how long something was tried.</summary>
readonly record struct S3Tries(int Attempts, TimeSpan Elapsed)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{ReadableText.Plural(Attempts, "attempt")} in {Elapsed.TotalSeconds:0.0} s");
}

/// <summary>One attempt of a request took too long; its outcome is unknown.</summary>
/// <param name="what">What did not happen: an answer, a connection.</param>
/// <param name="limit">Within which time.</param>
sealed class AttemptTimeoutException(string what, TimeSpan limit)
    : Exception(string.Create(CultureInfo.InvariantCulture, $"no {what} within {limit.TotalSeconds:0.###} s"));

/// <summary>The SDK gave up before a request left: it found no credentials, or could not sign with them.</summary>
sealed class UnsentRequestException(Exception cause) : Exception("The request could not be composed.", cause);
