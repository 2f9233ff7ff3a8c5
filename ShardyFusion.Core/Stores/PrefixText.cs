namespace ShardyFusion.Stores;

/// <summary>What is known of a snapshot prefix before it is taken apart. Stateless.</summary>
static class PrefixText
{
    /// <summary>The environment variable that names the prefix when nothing else does.</summary>
    public const string Variable = "SHARDYFUSION_PREFIX";

    internal const string S3Scheme = "s3://";
    internal const string FileScheme = "file:";

    /// <summary>The prefix that the environment names; null for none.</summary>
    public static string? OfEnvironment => Environment.GetEnvironmentVariable(Variable) is { } prefix && !string.IsNullOrWhiteSpace(prefix)
        ? prefix : null;

    /// <summary>True for a URI of any scheme, false for a local path.</summary>
    public static bool IsUri(string prefix) => HasScheme(prefix) || IsFile(prefix);

    internal static bool HasScheme(string prefix) => prefix.Contains("://", StringComparison.Ordinal);

    internal static bool IsBucket(string? prefix) => prefix?.StartsWith(S3Scheme, StringComparison.OrdinalIgnoreCase) == true;

    internal static bool IsFile(string prefix) => prefix.StartsWith(FileScheme, StringComparison.OrdinalIgnoreCase);
}
