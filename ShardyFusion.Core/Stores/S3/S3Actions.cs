using ShardyFusion.Stores.Remote;

namespace ShardyFusion.Stores.S3;

/// <summary>The requests that are sent to S3.</summary>
static class S3Actions
{
    public static readonly StoreAction Get = new("GetObject", "s3:GetObject", StoreUse.Read);
    public static readonly StoreAction Head = new("HeadObject", "s3:GetObject", StoreUse.Read);
    // A conditional write must read the version that is there.
    public static readonly StoreAction Put = new("PutObject", "s3:PutObject (and s3:GetObject for a conditional write)", StoreUse.Upload,
        2);
    public static readonly StoreAction Copy = new("CopyObject", "s3:PutObject, and s3:GetObject on the source", StoreUse.Upload, 12);
    public static readonly StoreAction StartUpload = new("CreateMultipartUpload", "s3:PutObject", StoreUse.Upload, 2);
    public static readonly StoreAction UploadPart = new("UploadPart", "s3:PutObject", StoreUse.Upload, 2);
    public static readonly StoreAction CompleteUpload = new("CompleteMultipartUpload",
        "s3:PutObject (and s3:GetObject for a conditional write)", StoreUse.Upload, 12);
    public static readonly StoreAction ListUploads = new("ListMultipartUploads", "s3:ListBucketMultipartUploads", StoreUse.Read, 2);
    public static readonly StoreAction List = new("ListObjectsV2", "s3:ListBucket", StoreUse.Read, 2);
    public static readonly StoreAction Delete = new("DeleteObjects", "s3:DeleteObject", StoreUse.Delete, 6);
    public static readonly StoreAction DeleteOne = new("DeleteObject", "s3:DeleteObject", StoreUse.Delete, 2);
}
