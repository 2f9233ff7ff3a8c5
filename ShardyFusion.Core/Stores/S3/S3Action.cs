namespace ShardyFusion.Stores.S3;

/// <summary>What a request does, as rate limits count it.</summary>
enum S3Use
{
    Read,
    Upload,
    Delete,
}

/// <summary>One kind of request.</summary>
/// <param name="Name">Its name in the API.</param>
/// <param name="Permission">The permission that allows it.</param>
/// <param name="Use">What it does.</param>
/// <param name="Patience">How many times as long as a small read it may take before it counts as stalled: the store has more to do.</param>
sealed record S3Action(string Name, string Permission, S3Use Use, int Patience = 1)
{
    public static readonly S3Action Get = new("GetObject", "s3:GetObject", S3Use.Read);
    public static readonly S3Action Head = new("HeadObject", "s3:GetObject", S3Use.Read);
    // A conditional write must read the version that is there.
    public static readonly S3Action Put = new("PutObject", "s3:PutObject (and s3:GetObject for a conditional write)", S3Use.Upload, 2);
    public static readonly S3Action Copy = new("CopyObject", "s3:PutObject, and s3:GetObject on the source", S3Use.Upload, 12);
    public static readonly S3Action StartUpload = new("CreateMultipartUpload", "s3:PutObject", S3Use.Upload, 2);
    public static readonly S3Action UploadPart = new("UploadPart", "s3:PutObject", S3Use.Upload, 2);
    public static readonly S3Action CompleteUpload = new("CompleteMultipartUpload",
        "s3:PutObject (and s3:GetObject for a conditional write)", S3Use.Upload, 12);
    public static readonly S3Action ListUploads = new("ListMultipartUploads", "s3:ListBucketMultipartUploads", S3Use.Read, 2);
    public static readonly S3Action List = new("ListObjectsV2", "s3:ListBucket", S3Use.Read, 2);
    public static readonly S3Action Delete = new("DeleteObjects", "s3:DeleteObject", S3Use.Delete, 6);
    public static readonly S3Action DeleteOne = new("DeleteObject", "s3:DeleteObject", S3Use.Delete, 2);
}
