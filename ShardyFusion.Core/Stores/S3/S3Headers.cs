using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3.Model;

namespace ShardyFusion.Stores.S3;

/// <summary>Adds to every request, before it is signed, on whose behalf it is sent; and to those that create an object, how it is
/// stored.</summary>
sealed class S3Headers(S3Access access) : PipelineHandler
{
    public override void InvokeSync(IExecutionContext executionContext)
    {
        Add(executionContext.RequestContext);
        base.InvokeSync(executionContext);
    }

    public override Task<T> InvokeAsync<T>(IExecutionContext executionContext)
    {
        Add(executionContext.RequestContext);
        return base.InvokeAsync<T>(executionContext);
    }

    void Add(IRequestContext context)
    {
        var headers = context.Request.Headers;
        if (access.ExpectedBucketOwner is { } owner) headers["x-amz-expected-bucket-owner"] = owner;
        if (access.RequesterPays) headers["x-amz-request-payer"] = "requester";
        if (access.CustomerKey is { } customerKey) AddKey(context, customerKey);
        if (context.OriginalRequest is not (PutObjectRequest or InitiateMultipartUploadRequest or CopyObjectRequest)) return;
        if (context.OriginalRequest is CopyObjectRequest && access.ExpectedBucketOwner is { } source)
            headers["x-amz-source-expected-bucket-owner"] = source;
        if (access.ServerSideEncryption is { } encryption) headers["x-amz-server-side-encryption"] = encryption;
        if (access.KmsKeyId is { } key) headers["x-amz-server-side-encryption-aws-kms-key-id"] = key;
        if (access.StorageClass is { } storageClass) headers["x-amz-storage-class"] = storageClass;
        if (access.Tags is not { Count: > 0 } tags) return;
        headers["x-amz-tagging"] = string.Join('&', tags.Select(static tag =>
            $"{Uri.EscapeDataString(tag.Key)}={Uri.EscapeDataString(tag.Value)}"));
        if (context.OriginalRequest is CopyObjectRequest) headers["x-amz-tagging-directive"] = "REPLACE";
    }

    // Listings, deletes and ends of uploads touch no content.
    static void AddKey(IRequestContext context, string key)
    {
        if (context.OriginalRequest is not (GetObjectRequest or GetObjectMetadataRequest or PutObjectRequest or UploadPartRequest
            or InitiateMultipartUploadRequest or CopyObjectRequest)) return;
        var hash = new byte[MD5.HashSizeInBytes];
        S3ETag.HashOf(Convert.FromBase64String(key), hash);
        Add("x-amz-server-side-encryption-customer-");
        if (context.OriginalRequest is CopyObjectRequest) Add("x-amz-copy-source-server-side-encryption-customer-");

        void Add(string start)
        {
            context.Request.Headers[start + "algorithm"] = "AES256";
            context.Request.Headers[start + "key"] = key;
            context.Request.Headers[start + "key-MD5"] = Convert.ToBase64String(hash);
        }
    }
}
