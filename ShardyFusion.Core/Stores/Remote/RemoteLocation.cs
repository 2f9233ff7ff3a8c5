using ShardyFusion.Errors;

namespace ShardyFusion.Stores.Remote;

/// <summary>One path of a bucket or container, below which a store's keys lie.</summary>
/// <param name="Home">The bucket or container as an address, <c>s3://bucket</c>.</param>
/// <param name="Bucket">Name of the bucket or container.</param>
/// <param name="Path">Path within it, without slashes at its ends; empty for all of it, as inputs may lie.</param>
sealed record RemoteLocation(string Home, string Bucket, string Path)
{
    /// <summary>The snapshot prefix, <c>s3://bucket/path</c>.</summary>
    public string Root { get; } = Path.Length == 0 ? Home : $"{Home}/{Path}";

    /// <summary>What all whole names begin with: the path and a slash, or nothing.</summary>
    public string NamePrefix { get; } = Path.Length == 0 ? "" : $"{Path}/";

    /// <summary>True for a store that takes a backslash for a slash.</summary>
    public bool IsBackslashLost { get; init; }

    /// <summary>The whole name in the bucket.</summary>
    /// <exception cref="ShardyFusionException">The relative key is invalid.</exception>
    public string Name(string key)
    {
        StoreKeys.Validate(key);
        if (IsBackslashLost && key.Contains('\\', StringComparison.Ordinal))
            throw new ShardyFusionException(ErrorKind.ConfigValidation, $"The object key '{key}' holds a backslash, which this store "
                + "does not keep.")
            {
                Target = key,
            };
        return NamePrefix + key;
    }

    /// <summary>For messages, and what the manifest names.</summary>
    public string Uri(string key) => $"{Root}/{key}";

    /// <summary>The relative key of a whole name; null for what no store writes, such as folder markers.</summary>
    public string? KeyOf(string name)
    {
        if (name.Length <= NamePrefix.Length)
            return null;
        var key = name[NamePrefix.Length..];
        return StoreKeys.IsValid(key) ? key : null;
    }
}
