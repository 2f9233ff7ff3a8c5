using ShardyFusion.Errors;
using ShardyFusion.Stores.Remote;

namespace ShardyFusion.Stores.S3;

/// <summary>What a refusal means and what to do about it, by its code, else by its HTTP status.</summary>
static class S3Advice
{
    const string OtherKey = "The store does not know this access key: check the key, the profile and the endpoint.";

    /// <param name="answer">The refusal.</param>
    /// <param name="action">What was refused.</param>
    /// <param name="region">The bucket's region, when the answer names it.</param>
    public static (ErrorKind Kind, string? Advice) For(in ServiceAnswer answer, StoreAction action, string? region) => answer.Code switch
    {
        "NoSuchBucket" => (ErrorKind.StorageNotFound, "Check the bucket's name and the endpoint; create the bucket if it should exist."),
        "NoSuchKey" => (ErrorKind.StorageNotFound, null),
        "InvalidAccessKeyId" or "InvalidAccessKey" or "NotSignedUp" or "UnrecognizedClientException" => (ErrorKind.StorageDenied, OtherKey),
        "SignatureDoesNotMatch" => (ErrorKind.StorageDenied, "The secret does not fit the access key: enter both again."),
        "ExpiredToken" or "TokenRefreshRequired" or "ExpiredTokenException" =>
            (ErrorKind.CredentialsExpired, "The session token has expired: get new temporary credentials (for a profile, sign in again)."),
        "InvalidToken" => (ErrorKind.StorageDenied,
            "The session token is malformed or belongs to another access key: get new temporary credentials."),
        "RequestTimeTooSkewed" or "RequestExpired" =>
            (ErrorKind.ClockSkewed, "This machine's clock differs too much from the store's: synchronise it."),
        "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException" => (ErrorKind.WrongRegion, region is null
            ? "The bucket lives in another region: give that region." : $"The bucket lives in region {region}: give that region."),
        "InvalidObjectState" or "ObjectNotInActiveTierError" => (ErrorKind.StorageArchived, null),
        "QuotaExceeded" or "EntityTooLarge" or "InsufficientStorage" or "XMinioStorageFull" => (ErrorKind.StorageFull, null),
        "KeyTooLongError" or "KeyTooLong" => (ErrorKind.ConfigValidation, "Use a shorter prefix or run id."),
        _ => answer.Status switch
        {
            // Some stores say no more than that to a wrong key.
            401 or 403 =>
                (ErrorKind.StorageDenied,
                $"Allow {action.Permission} on this resource; without s3:ListBucket a missing object is reported as denied, too. "
                + "Some stores say the same to a wrong access key or secret: check those as well."),
            404 => (ErrorKind.StorageNotFound, null),
            507 => (ErrorKind.StorageFull, null),
            _ => (ErrorKind.StorageUnsupported,
                "The store did not accept the request: check the endpoint and whether the store supports this operation."),
        },
    };
}
