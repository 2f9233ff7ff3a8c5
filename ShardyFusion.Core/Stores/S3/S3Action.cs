namespace ShardyFusion.Stores.S3;

/// <summary>What a request does, as rate limits count it.</summary>
enum S3Use
{
    Read,
    Upload,
    Delete,
}

/// <summary>One kind of request: its name in the API, the permission that allows it, and what it does.</summary>
sealed record S3Action(string Name, string Permission, S3Use Use)
{
    public static readonly S3Action Get = new("GetObject", "s3:GetObject", S3Use.Read);
    public static readonly S3Action Head = new("HeadObject", "s3:GetObject", S3Use.Read);
    // A conditional write must read the version that is there.
    public static readonly S3Action Put = new("PutObject", "s3:PutObject (and s3:GetObject for a conditional write)", S3Use.Upload);
    public static readonly S3Action Copy = new("CopyObject", "s3:PutObject, and s3:GetObject on the source", S3Use.Upload);
    public static readonly S3Action StartUpload = new("CreateMultipartUpload", "s3:PutObject", S3Use.Upload);
    public static readonly S3Action UploadPart = new("UploadPart", "s3:PutObject", S3Use.Upload);
    public static readonly S3Action CompleteUpload = new("CompleteMultipartUpload", "s3:PutObject (and s3:GetObject for a conditional write)", S3Use.Upload);
    public static readonly S3Action AbortUpload = new("AbortMultipartUpload", "s3:AbortMultipartUpload", S3Use.Upload);
    public static readonly S3Action ListUploads = new("ListMultipartUploads", "s3:ListBucketMultipartUploads", S3Use.Read);
    public static readonly S3Action List = new("ListObjectsV2", "s3:ListBucket", S3Use.Read);
    public static readonly S3Action Delete = new("DeleteObjects", "s3:DeleteObject", S3Use.Delete);
    public static readonly S3Action DeleteOne = new("DeleteObject", "s3:DeleteObject", S3Use.Delete);
}
