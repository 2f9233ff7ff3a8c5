namespace ShardyFusion.Stores;

/// <summary>A store of which only a probe can tell what it honours.</summary>
interface IProbedStore
{
    /// <summary>Remembers what a probe found, in <see cref="IObjectStore.Capabilities"/> of this store and of all later ones on the same endpoint and bucket.</summary>
    void RecordConditionalWrites(bool areHonoured);

    /// <summary>As <see cref="IObjectStore.ListAsync"/>, over pages of at most <paramref name="pageSize"/> entries.</summary>
    IAsyncEnumerable<ListEntry> ListInPagesAsync(string prefix, string? delimiter, int pageSize, CancellationToken cancellationToken);
}
