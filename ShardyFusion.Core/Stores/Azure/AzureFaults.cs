using Azure;
using Azure.Identity;
using ShardyFusion.Errors;
using ShardyFusion.Stores.Remote;

namespace ShardyFusion.Stores.Azure;

/// <summary>What Azure Blob Storage and Entra ID report.</summary>
sealed class AzureFaults : RequestFaults
{
    static readonly HashSet<string> TransientCodes = new(StringComparer.Ordinal)
    {
        "ServerBusy", "InternalError", "OperationTimedOut", "Md5Mismatch", "Crc64Mismatch",
    };

    /// <summary>The only one; it keeps nothing.</summary>
    public static AzureFaults Instance { get; } = new();

    AzureFaults()
    {
    }

    /// <inheritdoc/>
    protected override string CredentialAdvice =>
        "Give an account key, a shared access signature or a connection string, or sign in: managed identity, workload identity, az login.";

    /// <inheritdoc/>
    protected override ServiceAnswer? AnswerOf(Exception exception) => exception is RequestFailedException { Status: not 0 } e
        ? new ServiceAnswer(e.Status, e.ErrorCode, HeaderOf(e, "x-ms-request-id"), e) : null;

    /// <inheritdoc/>
    protected override bool IsWrapper(Exception exception) => exception is RequestFailedException or AggregateException;

    /// <inheritdoc/>
    protected override bool IsTransientAnswer(in ServiceAnswer answer) => answer.Status != 404
        && (TransientCodes.Contains(answer.Code ?? "") || answer.Status is 408 or 429 or 500 or 502 or 503 or 504 or (>= 200 and < 300));

    /// <inheritdoc/>
    protected override (ErrorKind Kind, string? Advice) Advise(in ServiceAnswer answer, StoreAction action) => AzureAdvice.For(answer,
        action);

    /// <inheritdoc/>
    protected override ShardyFusionException? Unsent(Exception cause, string what, string resource) => cause switch
    {
        CredentialUnavailableException => Denied("Microsoft Entra ID was not asked: no identity was found on this machine",
            CredentialAdvice),
        AuthenticationFailedException => Denied("Microsoft Entra ID gave no token",
            "Check tenant and client id, that the identity exists and is allowed here, and that the sign-in has not ended."),
        _ => null,
    } is { } words ? new ShardyFusionException(ErrorKind.StorageDenied, $"{what} could not be sent: {words.Message}.", cause)
    {
        Target = resource,
        RecommendedAction = words.Advice,
    } : null;

    static (string Message, string Advice)? Denied(string message, string advice) => (message, advice);

    /// <inheritdoc/>
    public override string? HeaderOf(Exception? exception, string name)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is RequestFailedException e && e.GetRawResponse()?.Headers.TryGetValue(name, out var value) == true) return value;
        }
        return null;
    }

    /// <summary>The blob is not there, while the container is.</summary>
    public static bool IsMissingBlob(RequestFailedException e) => e.Status == 404 && e.ErrorCode is not "ContainerNotFound";

    /// <summary>A conditional write found something else than it asked for. A lease is also a 412, but no lost race.</summary>
    public static bool IsConditionFailure(RequestFailedException e, PutCondition condition) => condition.Kind != PutConditionKind.Always
        && (e.Status == 304 || (e.Status == 412 && e.ErrorCode is null or "" or "ConditionNotMet" or "TargetConditionNotMet")
        || (condition.Kind == PutConditionKind.CreateOnly && IsThere(e)));

    // What exists and may not be changed is there all the same.
    static bool IsThere(RequestFailedException e) => e.ErrorCode is "BlobAlreadyExists" or "UnauthorizedBlobOverwrite"
        or "BlobImmutableDueToPolicy" or "BlobImmutableDueToLegalHold";
}
