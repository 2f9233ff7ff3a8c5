namespace ShardyFusion.Stores;

/// <summary>What is known of a snapshot prefix before it is taken apart. Stateless.</summary>
static class PrefixText
{
    /// <summary>The environment variable that names the prefix when nothing else does.</summary>
    public const string Variable = "SHARDYFUSION_PREFIX";

    /// <summary>The forms of a prefix, for messages and descriptions.</summary>
    public const string Forms = "s3://bucket/path, az://container/path, file:///dir or a local path";

    internal const string S3Scheme = "s3://";
    internal const string AzureScheme = "az://";
    internal const string DataLakeScheme = "abfss://";
    internal const string FileScheme = "file:";

    /// <summary>The prefix that the environment names; null for none.</summary>
    public static string? OfEnvironment => Environment.GetEnvironmentVariable(Variable) is { } prefix && !string.IsNullOrWhiteSpace(prefix)
        ? prefix : null;

    /// <summary>True for a URI of any scheme, false for a local path.</summary>
    public static bool IsUri(string prefix) => HasScheme(prefix) || IsFile(prefix);

    /// <summary>What kind of store a prefix names, by its first letters.</summary>
    public static StoreKind KindOf(string? prefix) => prefix is null ? StoreKind.Folder
        : prefix.StartsWith(S3Scheme, StringComparison.OrdinalIgnoreCase) ? StoreKind.S3
        : prefix.StartsWith(AzureScheme, StringComparison.OrdinalIgnoreCase)
            || prefix.StartsWith(DataLakeScheme, StringComparison.OrdinalIgnoreCase) || AzurePrefix.IsBlobAddress(prefix) ? StoreKind.Azure
        : StoreKind.Folder;

    internal static bool HasScheme(string prefix) => prefix.Contains("://", StringComparison.Ordinal);

    internal static bool IsFile(string prefix) => prefix.StartsWith(FileScheme, StringComparison.OrdinalIgnoreCase);
}
