namespace ShardyFusion.Stores.Files;

/// <summary>Full local paths as <c>file:</c> URIs and back.</summary>
static class FileUri
{
    /// <summary><c>file:///dir</c> without a trailing slash (but <c>file:///</c> for the root of everything).</summary>
    public static string FromPath(string fullPath)
    {
        var uri = new Uri(fullPath, UriKind.Absolute).AbsoluteUri;
        return uri.Length > "file:///".Length ? uri.TrimEnd('/') : uri;
    }

    /// <summary>The full path, or null when the URI names another machine's file or is none.</summary>
    public static string? ToPath(string uri)
    {
        if (!Uri.TryCreate(uri, UriKind.Absolute, out var parsed) || !parsed.IsFile || parsed.Query.Length > 0
            || parsed.Fragment.Length > 0)
            return null;
        if (parsed.Host.Length > 0 && !parsed.IsLoopback && !OperatingSystem.IsWindows())
            return null;
        return parsed.LocalPath;
    }
}
