namespace ShardyFusion.Stores;

/// <summary>How to reach an object store. Of no effect for a local path.</summary>
/// <remarks>Immutable. <see cref="ToString"/> never shows a key's secret or a token.</remarks>
public sealed record StoreConnection
{
    /// <summary>The endpoint of an S3-compatible store, <c>http(s)://host[:port]</c>; null for AWS.</summary>
    public string? EndpointUrl { get; init; }

    /// <summary>Region; null for the profile's or environment's, and <c>us-east-1</c> on a custom endpoint.</summary>
    public string? Region { get; init; }

    /// <summary>Profile of the AWS configuration files; null for the default chain.</summary>
    public string? ProfileName { get; init; }

    /// <summary>Access key; null for the profile's or the default chain's credentials.</summary>
    public string? AccessKeyId { get; init; }

    /// <summary>Secret of <see cref="AccessKeyId"/>.</summary>
    public string? SecretAccessKey { get; init; }

    /// <summary>Session token of temporary credentials, or null.</summary>
    public string? SessionToken { get; init; }

    /// <summary>True to put the bucket into the path instead of the host name; null for true on a custom endpoint only.</summary>
    public bool? ForcePathStyle { get; init; }

    /// <summary>How objects are written to S3 and on whose behalf; null for the bucket's defaults.</summary>
    public S3Access? S3 { get; init; }

    /// <summary>How to reach Azure Blob Storage; null for what the environment says.</summary>
    public AzureAccess? Azure { get; init; }

    /// <summary>The database that keeps the manifests and the current pointer, with a disk as with a bucket; null for none: then they are
    /// objects of the prefix.</summary>
    public ManifestStore? ManifestStore { get; init; }

    /// <summary>Requests under way at once; further ones wait for <see cref="PoolTimeout"/>.</summary>
    public int MaxConcurrentRequests { get; init; } = 64;

    /// <summary>How long a request waits for a free slot before it fails as pool-exhausted.</summary>
    public TimeSpan PoolTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one connection attempt may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the first attempt of a small read may take, and a second more per 128 KiB of its body. Writes and listings may
    /// take twice, batches of deletes six times, the end of an upload in parts and a copy within the store twelve times as long. An attempt
    /// over it is repeated once, with twice the time.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Attempts after the first one.</summary>
    public int MaxRetries { get; init; } = 5;

    /// <summary>Longest total time of one operation with all its retries; no retry starts after it.</summary>
    public TimeSpan RetryBudget { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Pause before the first retry; doubles each time, with jitter.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How fast the store may be used; null for no limit.</summary>
    public StoreLimits? Limits { get; init; }

    /// <summary>Every fault of these settings; empty when there is none.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        if (EndpointUrl is not null && !(Uri.TryCreate(EndpointUrl, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http"
            or "https"
            && endpoint.UserInfo.Length == 0 && endpoint.Query.Length == 0))
            faults.Add("EndpointUrl must be an http:// or https:// address without user name and query.");
        if (AccessKeyId is null != SecretAccessKey is null)
            faults.Add("AccessKeyId and SecretAccessKey go together.");
        if (SessionToken is not null && AccessKeyId is null)
            faults.Add("SessionToken needs AccessKeyId and SecretAccessKey.");
        if (AccessKeyId is not null && ProfileName is not null)
            faults.Add("Give either an access key or ProfileName.");
        if (S3 is not null)
            faults.AddRange(S3.Validate());
        if (S3?.CustomerKey is not null && Uri.TryCreate(EndpointUrl, UriKind.Absolute, out var open) && open.Scheme == "http"
            && !open.IsLoopback)
            faults.Add("CustomerKey needs an https:// endpoint: over http:// anybody on the way could read the key.");
        if (Azure is not null)
            faults.AddRange(Azure.Validate());
        if (ManifestStore is not null)
            faults.AddRange(ManifestStore.Validate());
        if (MaxConcurrentRequests < 1)
            faults.Add("MaxConcurrentRequests must be at least 1.");
        if (MaxRetries < 0)
            faults.Add("MaxRetries must not be negative.");
        if (PoolTimeout <= TimeSpan.Zero || ConnectTimeout <= TimeSpan.Zero || RequestTimeout <= TimeSpan.Zero
            || RetryBudget <= TimeSpan.Zero || RetryDelay <= TimeSpan.Zero)
            faults.Add("Timeouts, RetryBudget and RetryDelay must be positive.");
        if (Limits is not null)
            faults.AddRange(Limits.Validate());
        return faults;
    }

    /// <summary>This connection for the destination of a copy. A table has one manifest a run, so a copy at another prefix has its own as
    /// objects.</summary>
    internal StoreConnection ForCopy(string? source, string destination) => ManifestStore is null
        || (source is not null && SnapshotPrefix.Parse(source) == SnapshotPrefix.Parse(destination))
        ? this : this with { ManifestStore = null };

    /// <summary>Endpoint, region, profile and access key id; for Azure account, endpoint, tenant and client.</summary>
    public override string ToString() =>
        $"endpoint={(EndpointUrl is null ? "aws" : Errors.SecretRedactor.Address(EndpointUrl))} region={Region ?? "default"} "
            + $"profile={ProfileName ?? "none"} access-key={AccessKeyId ?? "default chain"}"
        + (S3 is null ? "" : $" s3: {S3}")
        + (Azure is null ? "" : $" azure: {Azure}")
        + (ManifestStore is null ? "" : $" manifests: {ManifestStore}");
}
