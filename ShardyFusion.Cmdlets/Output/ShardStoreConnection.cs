namespace ShardyFusion.Cmdlets.Output;

/// <summary>A connection that the session keeps.</summary>
public sealed class ShardStoreConnection
{
    internal ShardStoreConnection(string prefix, string description)
    {
        Prefix = prefix;
        Description = description;
    }

    /// <summary>The default prefix of the cmdlets.</summary>
    public string Prefix { get; }

    /// <summary>Endpoint, region and where the credentials come from; no secret.</summary>
    public string Description { get; }
}
