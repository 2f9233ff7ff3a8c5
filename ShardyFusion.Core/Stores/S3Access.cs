using System.Text.RegularExpressions;

namespace ShardyFusion.Stores;

/// <summary>How objects are written to S3 and on whose behalf, beyond endpoint and credentials. Of no effect for other stores.</summary>
/// <remarks>Immutable. <see cref="ToString"/> shows no key and no one-time code.</remarks>
public sealed partial record S3Access
{
    const int CustomerKeyLength = 32;

    /// <summary>Encryption at rest: <c>AES256</c>, <c>aws:kms</c> or <c>aws:kms:dsse</c>; null for the bucket's default.</summary>
    public string? ServerSideEncryption { get; init; }

    /// <summary>Id or ARN of the key for <c>aws:kms</c>; null for the account's own.</summary>
    public string? KmsKeyId { get; init; }

    /// <summary>A key of the customer's own, 32 bytes as Base64, that S3 encrypts and decrypts with and does not keep; null for none.
    /// Whatever is read or written under this connection is read and written with it. Needs an <c>https://</c> endpoint.</summary>
    public string? CustomerKey { get; init; }

    /// <summary>Storage class of what is written, such as <c>STANDARD_IA</c>; null for <c>STANDARD</c>. One whose objects have to be
    /// restored before they are read is refused.</summary>
    public string? StorageClass { get; init; }

    /// <summary>Tags of what is written, at most ten; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>Account, twelve digits, that must own the bucket; requests to another one's are refused.</summary>
    public string? ExpectedBucketOwner { get; init; }

    /// <summary>Whoever asks pays for requests and traffic.</summary>
    public bool RequesterPays { get; init; }

    /// <summary>Endpoints that speak IPv6, too.</summary>
    public bool UseDualStack { get; init; }

    /// <summary>Endpoints whose cryptography is validated by FIPS 140.</summary>
    public bool UseFips { get; init; }

    /// <summary>ARN of a role that is assumed with the credentials that are given or found; null for none. Its temporary credentials are
    /// renewed while a reader stays open.</summary>
    public string? RoleArn { get; init; }

    /// <summary>The external id that the role asks for, or null.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Name of the role's session, as the account's logs show it; null for <c>shardyfusion</c>.</summary>
    public string? RoleSessionName { get; init; }

    /// <summary>Serial number or ARN of the device for multi-factor authentication that the role asks for, or null.</summary>
    public string? MfaSerial { get; init; }

    /// <summary>The code that the device shows. It holds for one session of the role, which then cannot be renewed.</summary>
    public string? MfaCode { get; init; }

    internal IEnumerable<string> Validate()
    {
        if (ServerSideEncryption is not (null or "AES256" or "aws:kms" or "aws:kms:dsse"))
            yield return "ServerSideEncryption must be AES256, aws:kms or aws:kms:dsse.";
        if (KmsKeyId is not null && ServerSideEncryption?.StartsWith("aws:kms", StringComparison.Ordinal) != true)
            yield return "KmsKeyId needs ServerSideEncryption aws:kms or aws:kms:dsse.";
        if (CustomerKey is not null && (ServerSideEncryption ?? KmsKeyId) is not null)
            yield return "Give either CustomerKey or ServerSideEncryption: S3 encrypts with one key.";
        if (CustomerKey is not null && !IsKey(CustomerKey))
            yield return "CustomerKey must be 32 bytes, written as Base64.";
        if (StorageClass is "GLACIER" or "DEEP_ARCHIVE" || (StorageClass is not null && !ClassName().IsMatch(StorageClass)))
            yield return "StorageClass must name a class whose objects are read at once, such as STANDARD_IA, INTELLIGENT_TIERING or "
                + "GLACIER_IR.";
        if (Tags is { Count: > 10 } || Tags?.Any(static t => t.Key.Length is 0 or > 128 || t.Value.Length > 256) == true)
            yield return "Tags must be at most 10, with names of 1 to 128 and values of at most 256 characters.";
        if (ExpectedBucketOwner is not null && !AccountId().IsMatch(ExpectedBucketOwner))
            yield return "ExpectedBucketOwner must be the 12 digits of an account.";
        if (RoleArn is not null && !RoleName().IsMatch(RoleArn))
            yield return "RoleArn must be of the form arn:aws:iam::<12 digits>:role/<name>.";
        if (RoleArn is null && (ExternalId ?? RoleSessionName ?? MfaSerial ?? MfaCode) is not null)
            yield return "ExternalId, RoleSessionName, MfaSerial and MfaCode go with RoleArn.";
        if (MfaSerial is null != MfaCode is null)
            yield return "MfaSerial and MfaCode go together.";
    }

    static bool IsKey(string text)
    {
        Span<byte> key = stackalloc byte[CustomerKeyLength];
        return Convert.TryFromBase64String(text, key, out var length) && length == CustomerKeyLength;
    }

    /// <summary>Encryption, class, owner and role.</summary>
    public override string ToString() =>
        $"encryption={(CustomerKey is null ? ServerSideEncryption ?? "default" : "customer's key")} class={StorageClass ?? "default"} "
        + $"owner={ExpectedBucketOwner ?? "any"} role={RoleArn ?? "none"}";

    [GeneratedRegex(@"^[A-Z][A-Z0-9_]{2,40}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ClassName();

    [GeneratedRegex(@"^[0-9]{12}\z", RegexOptions.CultureInvariant)]
    private static partial Regex AccountId();

    [GeneratedRegex(@"^arn:aws[a-z-]{0,20}:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]{1,512}\z", RegexOptions.CultureInvariant)]
    private static partial Regex RoleName();
}
