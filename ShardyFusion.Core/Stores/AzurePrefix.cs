using System.Text.RegularExpressions;

namespace ShardyFusion.Stores;

/// <summary>The forms in which a prefix of Azure Blob Storage is written. Stateless.</summary>
static partial class AzurePrefix
{
    /// <summary>The three forms, for messages.</summary>
    public const string Forms =
        "az://container/path, https://account.blob.core.windows.net/container/path or abfss://container@account.dfs.core.windows.net/path";

    /// <summary>True for an https address whose host is an account's blob service.</summary>
    public static bool IsBlobAddress(string text) => BlobAddress().IsMatch(text);

    /// <summary>Takes one of the forms apart.</summary>
    /// <param name="text">The prefix.</param>
    /// <param name="fault">What is wrong with it, as the end of a sentence; null when it is whole.</param>
    public static SnapshotPrefix Parse(string text, out string? fault)
    {
        var (endpoint, rest) = Split(text);
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var container = slash < 0 ? rest : rest[..slash];
        var path = slash < 0 ? "" : rest[(slash + 1)..].TrimEnd('/');
        fault = container.Length == 0 ? $"names no container; write {Forms}"
            : !ContainerName().IsMatch(container)
                ? $"has an invalid container name '{container}': 3 to 63 lower-case letters, digits and single hyphens"
            : path.Length == 0 ? $"names a container only; a snapshot needs a path below it; write {Forms}"
            : path.Split('/').Any(static s => s is "" or "." or "..") ? "has an empty, '.' or '..' segment in its path"
            // Azure drops them, and another name would be meant.
            : path.Split('/').Any(static s => s.EndsWith('.')) || path.Contains('\\', StringComparison.Ordinal)
                ? "has a segment that ends with a dot, or a backslash, which Azure does not keep" : null;
        return new SnapshotPrefix(StoreKind.Azure, null, container, path) { BlobEndpoint = endpoint };
    }

    // The endpoint that the prefix names, or null, and what follows: container/path.
    static (string? Endpoint, string Place) Split(string text)
    {
        if (text.StartsWith(PrefixText.AzureScheme, StringComparison.OrdinalIgnoreCase))
            return (null, text[PrefixText.AzureScheme.Length..]);
        if (BlobAddress().Match(text) is { Success: true } address)
            return ("https://" + address.Groups["host"].Value.ToLowerInvariant(), text[address.Length..]);
        if (DataLakeAddress().Match(text) is { Success: true } lake)
        {
            // The same account's blobs: what is stored by the one is read by the other.
            var host = $"{lake.Groups["account"].Value}.blob.{lake.Groups["suffix"].Value}".ToLowerInvariant();
            return ("https://" + host, $"{lake.Groups["container"].Value}/{text[lake.Length..]}");
        }
        return (null, "");
    }

    const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture;

    [GeneratedRegex(@"^https://(?<host>[a-z0-9-]{3,50}(\.z[0-9]{1,3})?\.blob\.[a-z0-9.-]{3,100}(:[0-9]{1,5})?)/", Options)]
    private static partial Regex BlobAddress();

    [GeneratedRegex(@"^abfss://(?<container>[^@/]{0,80})@(?<account>[a-z0-9-]{3,50})\.dfs\.(?<suffix>[a-z0-9.-]{3,100})/", Options)]
    private static partial Regex DataLakeAddress();

    [GeneratedRegex(@"^(?=.{3,63}\z)[a-z0-9]+(-[a-z0-9]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex ContainerName();
}
