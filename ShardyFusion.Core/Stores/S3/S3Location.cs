namespace ShardyFusion.Stores.S3;

/// <summary>One path of a bucket, below which a store's keys lie.</summary>
/// <param name="Bucket">Bucket name.</param>
/// <param name="Path">Path within the bucket, without slashes at its ends.</param>
sealed record S3Location(string Bucket, string Path)
{
    /// <summary><c>s3://bucket/path</c>.</summary>
    public string Root { get; } = $"s3://{Bucket}/{Path}";

    /// <summary>The whole key in the bucket.</summary>
    /// <exception cref="Errors.ShardyFusionException">The relative key is invalid.</exception>
    public string Name(string key)
    {
        StoreKeys.Validate(key);
        return $"{Path}/{key}";
    }

    /// <summary>For messages, and what the manifest names.</summary>
    public string Uri(string key) => $"{Root}/{key}";

    /// <summary>The relative key of a whole one; null for what no store writes, such as folder markers.</summary>
    public string? KeyOf(string name)
    {
        if (name.Length <= Path.Length + 1)
            return null;
        var key = name[(Path.Length + 1)..];
        return StoreKeys.IsValid(key) ? key : null;
    }
}
