using ShardyFusion.Stores.Remote;

namespace ShardyFusion.Stores.Azure;

/// <summary>The requests that are sent to Azure Blob Storage, with the role or the letters of a shared access signature that allow
/// them.</summary>
static class AzureActions
{
    const string Reader = "reading (role Storage Blob Data Reader, or r in a signature)";
    const string Writer = "writing (role Storage Blob Data Contributor, or rcw in a signature)";

    public static readonly StoreAction Get = new("Get Blob", Reader, StoreUse.Read);
    public static readonly StoreAction Head = new("Get Blob Properties", Reader, StoreUse.Read);
    public static readonly StoreAction List = new("List Blobs", "listing (role Storage Blob Data Reader, or l in a signature)",
        StoreUse.Read, 2);
    public static readonly StoreAction Put = new("Put Blob", Writer, StoreUse.Upload, 2);
    public static readonly StoreAction PutBlock = new("Put Block", Writer, StoreUse.Upload, 2);
    public static readonly StoreAction Commit = new("Put Block List", Writer, StoreUse.Upload, 12);
    public static readonly StoreAction Copy = new("Copy Blob", Writer, StoreUse.Upload, 12);
    public static readonly StoreAction Delete = new("Delete Blob", "deleting (role Storage Blob Data Contributor, or d in a signature)",
        StoreUse.Delete, 2);
}
