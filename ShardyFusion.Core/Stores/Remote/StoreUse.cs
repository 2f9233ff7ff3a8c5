namespace ShardyFusion.Stores.Remote;

/// <summary>What a request does, as rate limits count it.</summary>
enum StoreUse
{
    Read,
    Upload,
    Delete,
}
