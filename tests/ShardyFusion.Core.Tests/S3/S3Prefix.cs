using Amazon.S3.Model;
using ShardyFusion.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Remote;

namespace ShardyFusion.Core.Tests.S3;

/// <summary>One unused snapshot prefix on the real server: reached directly, and through a proxy that can spoil requests.</summary>
sealed class S3Prefix : RemotePrefix
{
    readonly S3Server server;

    S3Prefix(S3Server server, string prefix) : base(server, prefix) => this.server = server;

    public static async Task<S3Prefix> CreateAsync(S3Server server) => new(server, await server.NewPrefixAsync());

    /// <summary>A prefix of a bucket that the caller made.</summary>
    public static S3Prefix Existing(S3Server server, string prefix) => new(server, prefix);

    /// <summary>In a bucket that keeps every version of an object.</summary>
    public static async Task<S3Prefix> CreateVersionedAsync(S3Server server)
    {
        const string Bucket = "shardyfusion-tests-versioned";
        var path = (await server.NewPrefixAsync()).Split('/')[^1];
        using var client = server.Client();
        try
        {
            await client.PutBucketAsync(Bucket, Token);
        }
        catch (Amazon.S3.AmazonS3Exception e) when (e.ErrorCode is "BucketAlreadyOwnedByYou" or "BucketAlreadyExists")
        {
        }
        await client.PutBucketVersioningAsync(new PutBucketVersioningRequest
        {
            BucketName = Bucket,
            VersioningConfig = new S3BucketVersioningConfig { Status = Amazon.S3.VersionStatus.Enabled }
        }, Token);
        return new S3Prefix(server, $"s3://{Bucket}/{path}");
    }

    public static new CancellationToken Token => RemotePrefix.Token;

    /// <summary>As <see cref="RemotePrefix.PublishAsync"/>.</summary>
    public static new Task<BuildResult> PublishAsync(SnapshotStore store, IEnumerable<int> keys, string text = "v",
        BuildOptions? options = null) => RemotePrefix.PublishAsync(store, keys, text, options);

    /// <summary>As <see cref="RemotePrefix.Rows"/>.</summary>
    public static new SortedSet<string> Rows(IEnumerable<int> keys, string text = "v") => RemotePrefix.Rows(keys, text);

    /// <summary>Begins an upload in parts, as a build does that dies then.</summary>
    public async Task StartUploadAsync(string key)
    {
        var parts = Path["s3://".Length..].Split('/', 2);
        using var client = server.Client();
        await client.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest { BucketName = parts[0], Key = $"{parts[1]}/{key}" },
            Token);
    }

    /// <summary>Takes the bucket's policy away.</summary>
    public async Task DropPolicyAsync()
    {
        using var client = server.Client();
        await client.DeleteBucketPolicyAsync(Path["s3://".Length..].Split('/')[0], Token);
    }
}
