using ShardyFusion.Errors;
using ShardyFusion.Stores.Remote;

namespace ShardyFusion.Stores.Azure;

/// <summary>What a refusal means and what to do about it, by its code, else by its HTTP status.</summary>
static class AzureAdvice
{
    const string Clock = "or this machine's clock is more than 15 minutes wrong";

    public static (ErrorKind Kind, string? Advice) For(in ServiceAnswer answer, StoreAction action) => answer.Code switch
    {
        "ContainerNotFound" => (ErrorKind.StorageNotFound, "Check the container's name and the account; create the container if it "
            + "should exist."),
        "BlobNotFound" or "ResourceNotFound" or "CannotVerifyCopySource" => (ErrorKind.StorageNotFound, null),
        "ContainerBeingDeleted" or "ContainerDisabled" => (ErrorKind.StorageNotFound,
            "Wait until the container is gone, then create it again, or use another one."),
        "BlobArchived" or "BlobBeingRehydrated" => (ErrorKind.StorageArchived, "Rehydrate the blob to the hot or cool tier, wait "
            + "until that is done (hours), then try again; keep live snapshots out of lifecycle rules that archive."),
        "BlobImmutableDueToPolicy" or "BlobImmutableDueToLegalHold" or "ContainerImmutableDueToPolicy" =>
            (ErrorKind.StorageDenied, Immutable),
        "LeaseIdMissing" or "LeaseIdMismatchWithBlobOperation" or "LeaseAlreadyPresent" or "LeaseLost" =>
            (ErrorKind.StorageDenied, "Somebody holds a lease on the blob: break the lease, or wait until it ends."),
        "SnapshotsPresent" => (ErrorKind.StorageDenied, "The blob has snapshots that somebody made of it: delete those first, if "
            + "nobody needs them."),
        "PendingCopyOperation" => (ErrorKind.StorageDenied, "A copy to this blob is under way: wait until it ends, or abort it."),
        "InvalidBlobType" => (ErrorKind.StorageDenied, "Something else wrote a page or append blob under this name: move it away."),
        "AccountIsDisabled" => (ErrorKind.StorageDenied, "The storage account is disabled: ask who pays for the subscription."),
        "InsufficientAccountPermissions" or "AuthorizationPermissionMismatch" or "UnauthorizedBlobOverwrite" =>
            (ErrorKind.StorageDenied, $"These credentials may not do that: allow {action.Permission} on the container. A new role "
                + "assignment takes some minutes."),
        "KeyBasedAuthenticationNotPermitted" =>
            (ErrorKind.StorageDenied, "The account takes no keys: leave key, signature and connection string out, and sign in "
                + "(managed identity, az login)."),
        "AuthorizationFailure" => (ErrorKind.StorageDenied,
            "The account key or signature is wrong, or the account's firewall or network rules keep this machine out: check both."),
        "AuthorizationSourceIPMismatch" => (ErrorKind.StorageDenied, "The shared access signature holds for other addresses than this "
            + "machine's."),
        "AuthorizationProtocolMismatch" => (ErrorKind.StorageDenied, "The shared access signature holds for https only."),
        "AuthorizationServiceMismatch" or "AuthorizationResourceTypeMismatch" =>
            (ErrorKind.StorageDenied, "The shared access signature is not for blobs and containers: it needs service b and the types "
                + "c and o."),
        "AuthenticationFailed" => (ErrorKind.StorageDenied, $"The account key or signature is wrong, the signature has ended, {Clock}."),
        "NoAuthenticationInformation" or "InvalidAuthenticationInfo" => (ErrorKind.StorageDenied,
            "The account does not take these credentials: check which account and tenant they belong to."),
        "ExpiredAuthenticationToken" => (ErrorKind.CredentialsExpired, null),
        "InvalidHeaderValue" or "InvalidQueryParameterValue" or "FeatureVersionMismatch" or "UnsupportedHeader" =>
            (ErrorKind.StorageUnsupported,
            "The store does not know this request or its version: check the endpoint; an emulator may be too old."),
        "InvalidResourceName" or "InvalidUri" or "OutOfRangeInput" => (ErrorKind.ConfigValidation,
            "Use a shorter prefix or run id, and no unusual characters in them."),
        "RequestBodyTooLarge" or "BlockCountExceedsLimit" or "BlockListTooLong" or "AccountLimitExceeded" => (ErrorKind.StorageFull, null),
        _ => answer.Status switch
        {
            401 or 403 => (ErrorKind.StorageDenied, $"Allow {action.Permission} on the container, and check which account the "
                + "credentials belong to."),
            404 => (ErrorKind.StorageNotFound, null),
            507 => (ErrorKind.StorageFull, null),
            _ => (ErrorKind.StorageUnsupported,
                "The store did not accept the request: check the endpoint and whether the account supports this operation."),
        },
    };

    const string Immutable =
        "A legal hold or an immutability policy keeps the blob as it is: snapshots need a container in which the pointer and the run "
            + "records may be written; hold single manifests and shards instead of the container.";
}
