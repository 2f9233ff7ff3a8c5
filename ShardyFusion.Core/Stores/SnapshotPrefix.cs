using ShardyFusion.Errors;
using ShardyFusion.Stores.Files;

namespace ShardyFusion.Stores;

/// <summary>A snapshot prefix as the user wrote it, taken apart.</summary>
/// <param name="Kind">What kind of store it names.</param>
/// <param name="LocalFolder">Full path, or null for a bucket or container.</param>
/// <param name="Bucket">Name of the bucket or container, or null for a local folder.</param>
/// <param name="KeyPrefix">Path within the bucket, without slashes at its ends; empty for a local folder.</param>
readonly record struct SnapshotPrefix(StoreKind Kind, string? LocalFolder, string? Bucket, string KeyPrefix)
{
    /// <summary>Address of the blob service that the prefix itself names; null when the connection says which account it is.</summary>
    public string? BlobEndpoint { get; init; }

    /// <summary>Accepts <c>s3://bucket/path</c>, the forms of <see cref="AzurePrefix.Forms"/>, <c>file:///dir</c>, and local paths:
    /// absolute, relative, or from <c>~</c>.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/> naming the prefix and its fault.</exception>
    public static SnapshotPrefix Parse(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw Invalid(text, "is empty");
        var kind = PrefixText.KindOf(text);
        // It would be in every manifest, and nobody could take it out again. The container of abfss:// stands where others have a secret.
        if (SecretRedactor.HidesIn(kind == StoreKind.Azure ? text.Replace('@', '/') : text))
            throw Invalid(text,
                "holds what looks like a secret, which has no place in it: credentials come from the environment, a profile "
                    + "or the connection");
        if (text.AsSpan().ContainsAny('*', '?') || text.AsSpan().ContainsAnyInRange('\0', '\x1F'))
            throw Invalid(text, "holds a wildcard or a control character");
        if (kind == StoreKind.S3)
            return ParseS3(text);
        if (kind == StoreKind.Azure)
            return AzurePrefix.Parse(text, out var fault) is var azure && fault is null ? azure : throw Invalid(text, fault);
        if (PrefixText.IsFile(text))
            return Local(FileUri.ToPath(text) ?? throw Invalid(text, "is not a file URI of this machine; use file:///dir"));
        if (PrefixText.HasScheme(text))
            throw Invalid(text, $"has an unknown scheme; write {PrefixText.Forms}");
        if (text == "~" || text.StartsWith("~/", StringComparison.Ordinal) || text.StartsWith("~\\", StringComparison.Ordinal))
            return Local(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + text[1..]);
        return Local(text);
    }

    static SnapshotPrefix ParseS3(string text)
    {
        var rest = text[PrefixText.S3Scheme.Length..];
        // Addresses of shards stand in manifests, and most programs read no ARN there.
        if (rest.StartsWith("arn:", StringComparison.Ordinal))
            throw Invalid(text, "names an access point by its ARN; write its alias, as in s3://name-…-s3alias/path, which "
                + "'aws s3control get-access-point' shows");
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var bucket = slash < 0 ? rest : rest[..slash];
        var path = slash < 0 ? "" : rest[(slash + 1)..].TrimEnd('/');
        if (bucket.Length is < 3 or > 255 || bucket.Any(static c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_')))
            throw Invalid(text, bucket.Length == 0 ? "names no bucket; write s3://bucket/path" : $"has an invalid bucket name '{bucket}'");
        if (path.Length == 0)
            throw Invalid(text, "names a bucket only; a snapshot needs a path below it, as in s3://bucket/path");
        if (path.Split('/').Any(static s => s is "" or "." or ".."))
            throw Invalid(text, "has an empty, '.' or '..' segment in its path");
        return new SnapshotPrefix(StoreKind.S3, null, bucket, path);
    }

    /// <exception cref="ShardyFusionException">A path of Windows on another system, where it would be the name of a folder.</exception>
    static SnapshotPrefix Local(string path) => WindowsPath.IsForeign(path)
        ? throw Invalid(path, "is a Windows path; give the path where the folder is mounted on this machine, "
            + "or put ./ before a name that looks like one")
        : new(StoreKind.Folder, Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)), null, "");

    static ShardyFusionException Invalid(string text, string fault) =>
        new(ErrorKind.ConfigValidation, $"The snapshot prefix '{text}' {fault}.")
        {
            Target = SecretRedactor.Redact(text),
            RecommendedAction = "Correct the prefix.",
        };
}
