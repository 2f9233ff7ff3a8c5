namespace ShardyFusion.Stores.Remote;

/// <summary>What a remote store is made of: one kind of server, spoken to by its SDK.</summary>
sealed record RemoteStoreParts
{
    public required RemoteLocation Location { get; init; }

    /// <summary>Endpoint, region or account, and where the credentials come from; no secret. Stores of one description are reached in the
    /// same way.</summary>
    public required string Description { get; init; }

    public required IRemoteReads Reads { get; init; }

    public required IRemoteWrites Writes { get; init; }

    public required IRemoteListing Listing { get; init; }

    public required IRemoteDeletes Deletes { get; init; }

    public required IRemoteRace Race { get; init; }

    public required KnownConditions Conditions { get; init; }

    public required StoreCounters Counters { get; init; }

    /// <summary>The store's clock, by which ages are measured.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>What ends with the store: its connections.</summary>
    public required IReadOnlyList<IDisposable> Owned { get; init; }
}
