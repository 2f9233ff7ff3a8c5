using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using ShardyFusion.Errors;

namespace ShardyFusion.Stores.Remote;

/// <summary>What a store and the network report: whether it may pass, and as an error kind in our own words. What the words of one kind of
/// store mean, its own class says.</summary>
abstract class RequestFaults
{
    /// <summary>What the store has answered, when that is what the exception is about; null otherwise.</summary>
    protected abstract ServiceAnswer? AnswerOf(Exception exception);

    /// <summary>True for the SDK's exceptions that only wrap another one.</summary>
    protected abstract bool IsWrapper(Exception exception);

    /// <summary>True for the codes and statuses with which the store says that the same request may succeed later.</summary>
    protected abstract bool IsTransientAnswer(in ServiceAnswer answer);

    /// <summary>What a refusal means and what to do about it; null for the advice of the kind.</summary>
    protected abstract (ErrorKind Kind, string? Advice) Advise(in ServiceAnswer answer, StoreAction action);

    /// <summary>What to do when there is nothing to sign a request with.</summary>
    protected abstract string CredentialAdvice { get; }

    /// <summary>An answer was cut short or is none: what the SDK says of it, as the end of a sentence; null when it says something
    /// else.</summary>
    protected virtual string? Unreadable(Exception exception) => null;

    /// <summary>The failure of what came before the request: getting a token. Null for any other.</summary>
    protected virtual ShardyFusionException? Unsent(Exception cause, string what, string resource) => null;

    /// <summary>A header of the answer behind a failure, or null.</summary>
    public abstract string? HeaderOf(Exception? exception, string name);

    /// <summary>True for everything that there are words for: all but what is typed already, our own cancellation, and
    /// the store's owner closing it.</summary>
    public static bool IsStoreError(Exception exception) =>
        exception is not (ShardyFusionException or OperationCanceledException or ObjectDisposedException or OutOfMemoryException);

    /// <summary>True when the same request may succeed later.</summary>
    public bool IsTransient(Exception exception) => exception switch
    {
        AttemptTimeoutException => true,
        StoreAnswerException answer => answer.IsTransient,
        UnsentRequestException => false,
        _ when AnswerOf(exception) is { } answer => IsTransientAnswer(answer),
        HttpRequestException { InnerException: AuthenticationException } => false,
        HttpRequestException or IOException or SocketException => true,
        _ when IsWrapper(exception) && exception.InnerException is { } inner => IsTransient(inner),
        // Whatever stumbles while an answer is read: it was cut short or is none.
        _ => true,
    };

    /// <summary>The pause the server asked for, or null.</summary>
    public TimeSpan? RetryAfter(Exception? exception, DateTimeOffset now)
    {
        if (HeaderOf(exception, "Retry-After") is not { } text)
            return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return TimeSpan.FromSeconds(seconds);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at > now ? at - now
            : TimeSpan.Zero : null;
    }

    /// <summary>The exception to throw instead.</summary>
    /// <param name="exception">What happened.</param>
    /// <param name="action">What was tried.</param>
    /// <param name="resource">What it was tried on.</param>
    /// <param name="tries">How often and for how long; told when trying again made sense.</param>
    /// <param name="endpoint">The server that was asked.</param>
    public ShardyFusionException Translate(Exception exception, StoreAction action, string resource, StoreTries tries, string endpoint)
    {
        var what = $"{action.Name} on {resource}{Purpose(resource)}";
        if (exception is StoreAnswerException answer) return OfAnswer(answer, what, resource, tries);
        if (IsTransient(exception))
        {
            var kind = IsAnswered(exception) ? ErrorKind.StorageAnswer : ErrorKind.StorageTransient;
            return Make(kind, $"{what} failed after {tries}: {Cause(exception)}.", kind == ErrorKind.StorageTransient
                ? $"Try again; if it persists, check the network and the store at {endpoint}{Scheme(endpoint)}."
                : null, AnswerOf(exception)?.Status);
        }
        if (AnswerOf(exception) is { } refusal)
        {
            var (kind, advice) = Advise(refusal, action);
            return Make(kind, $"{what} was refused: {refusal.ShownWithId}.", advice, refusal.Status);
        }
        if (exception is UnsentRequestException { InnerException: { } cause })
            return Unsent(cause, what, resource) ?? Make(ErrorKind.StorageDenied,
                $"{what} could not be sent: no credentials were found, or they could not be used.", CredentialAdvice, null);
        return Make(ErrorKind.StorageDenied, $"{what} could not be sent: {Cause(exception)}.",
            $"Check the certificate of {endpoint}, and whether it speaks https at all.", null);

        ShardyFusionException Make(ErrorKind kind, string message, string? advice, int? status) => advice is null
            ? new ShardyFusionException(kind, message, exception) { Target = resource, HttpStatus = status }
            : new ShardyFusionException(kind, message, exception) { Target = resource, HttpStatus = status, RecommendedAction = advice };
    }

    // A server that expects TLS breaks the connection off, or answers with no word of its own.
    static string Scheme(string endpoint) => endpoint.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
        ? ", and whether it expects https" : "";

    static ShardyFusionException OfAnswer(StoreAnswerException answer, string what, string resource, StoreTries tries)
    {
        var message = answer.IsTransient || answer.Repeated is not null ? $"{what} failed after {tries}: {answer.Message}."
            : $"{what} was refused: {answer.Message}.";
        if (answer.Repeated is { } found)
            return new UnverifiedObjectException(answer.Kind, message, found, answer)
            {
                Target = resource,
                RecommendedAction = answer.Advice!,
            };
        return answer.Advice is { } advice
            ? new ShardyFusionException(answer.Kind, message, answer)
            {
                Target = resource,
                HttpStatus = answer.Status,
                RecommendedAction = advice,
            }
            : new ShardyFusionException(answer.Kind, message, answer) { Target = resource, HttpStatus = answer.Status };
    }

    /// <summary>Why something is done that the user did not ask for; empty for all else.</summary>
    static string Purpose(string resource) => resource.Contains("/" + StoreProbeSession.AllFolders, StringComparison.Ordinal)
        ? " (a temporary object that shows whether the store honours conditional writes, which every publish needs)" : "";

    // It came whole as far as HTTP is concerned, and yet nobody understands it.
    bool IsAnswered(Exception exception)
    {
        if (AnswerOf(exception) is { } answer) return answer.Status is >= 200 and < 300;
        if (Unreadable(exception) is not null || exception is AttemptTimeoutException or HttpRequestException or IOException
            or SocketException) return false;
        return !IsWrapper(exception) || (exception.InnerException is { } inner && IsAnswered(inner));
    }

    // Codes and our own words only: neither a server's free text nor that of a library.
    string Cause(Exception exception) => exception switch
    {
        AttemptTimeoutException timeout => timeout.Message,
        _ when AnswerOf(exception) is { } answer => answer.Shown,
        SocketException e => e.SocketErrorCode.ToString(),
        HttpRequestException { InnerException: SocketException e } => e.SocketErrorCode.ToString(),
        HttpRequestException { InnerException: AuthenticationException } => "the TLS connection could not be made",
        HttpIOException e => e.HttpRequestError.ToString(),
        HttpRequestException e when e.HttpRequestError != HttpRequestError.Unknown => e.HttpRequestError.ToString(),
        _ when Unreadable(exception) is { } unreadable => unreadable,
        _ when exception.InnerException is { } inner && (IsWrapper(exception) || exception is HttpRequestException or IOException) =>
            Cause(inner),
        IOException or HttpRequestException => "the connection broke",
        _ => "the answer could not be understood",
    };
}
