namespace ShardyFusion.Stores.S3;

/// <summary>One kind of request: its name in the API, and the permission that allows it.</summary>
sealed record S3Action(string Name, string Permission)
{
    public static readonly S3Action Get = new("GetObject", "s3:GetObject");
    public static readonly S3Action Head = new("HeadObject", "s3:GetObject");
    // A conditional write must read the version that is there.
    public static readonly S3Action Put = new("PutObject", "s3:PutObject (and s3:GetObject for a conditional write)");
    public static readonly S3Action StartUpload = new("CreateMultipartUpload", "s3:PutObject");
    public static readonly S3Action UploadPart = new("UploadPart", "s3:PutObject");
    public static readonly S3Action CompleteUpload = new("CompleteMultipartUpload", "s3:PutObject (and s3:GetObject for a conditional write)");
    public static readonly S3Action AbortUpload = new("AbortMultipartUpload", "s3:AbortMultipartUpload");
    public static readonly S3Action ListUploads = new("ListMultipartUploads", "s3:ListBucketMultipartUploads");
    public static readonly S3Action List = new("ListObjectsV2", "s3:ListBucket");
    public static readonly S3Action Delete = new("DeleteObjects", "s3:DeleteObject");
    public static readonly S3Action DeleteOne = new("DeleteObject", "s3:DeleteObject");
}
