namespace ShardyFusion.Stores;

/// <summary>A store of which only a probe can tell what it honours.</summary>
interface IProbedStore
{
    /// <summary>What identifies it for a verdict that is kept on the prefix; null when none is needed.</summary>
    StoreVerdictOwner? VerdictOwner { get; }

    /// <summary>What this process knows of the endpoint and bucket; null when it knows nothing.</summary>
    StoreVerdict? Verdict { get; }

    /// <summary>Remembers what a probe found, in <see cref="IObjectStore.Capabilities"/> of this store and of all later ones of this
    /// process on the same endpoint and bucket.</summary>
    void Record(StoreVerdict verdict);

    /// <summary>Opens connections, so that none has to be opened during a race.</summary>
    /// <param name="key">An object to ask for.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    Task OpenConnectionsAsync(string key, int count, CancellationToken cancellationToken);

    /// <summary>Writes an object several times at the same moment, all under one condition: each request is sent once, when all of them are
    /// ready to leave.</summary>
    /// <returns>For each content what became of it; null when the store gave no clear answer.</returns>
    Task<IReadOnlyList<PutResult?>> RaceAsync(string key, ReadOnlyMemory<byte>[] contents, PutCondition condition,
        CancellationToken cancellationToken);

    /// <summary>As <see cref="IObjectStore.ListAsync"/>, over pages of at most <paramref name="pageSize"/> entries.</summary>
    IAsyncEnumerable<ListEntry> ListInPagesAsync(string prefix, string? delimiter, int pageSize, CancellationToken cancellationToken);

    /// <summary>Writes a small object by an upload in parts, of which there is one.</summary>
    Task<PutResult> PutInPartsAsync(string key, byte[] content, CancellationToken cancellationToken);

    /// <summary>How many uploads in parts are open below the prefix, by the store's list of them.</summary>
    Task<int> CountUploadsAsync(CancellationToken cancellationToken);
}
