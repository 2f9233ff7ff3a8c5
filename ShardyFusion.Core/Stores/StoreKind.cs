namespace ShardyFusion.Stores;

/// <summary>The kinds of places where snapshots live.</summary>
enum StoreKind
{
    /// <summary>A folder.</summary>
    Folder,
    /// <summary>A bucket of S3 or of a store that speaks its protocol.</summary>
    S3,
    /// <summary>A container of Azure Blob Storage.</summary>
    Azure,
}
