using Amazon.S3;

namespace ShardyFusion.Stores.S3;

/// <summary>The SDK's settings, and what is added to requests.</summary>
sealed class S3Config : AmazonS3Config
{
    /// <summary>Null for nothing.</summary>
    public S3Access? Access { get; init; }
}
