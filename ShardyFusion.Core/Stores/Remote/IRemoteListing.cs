namespace ShardyFusion.Stores.Remote;

/// <summary>Listings of one prefix of a remote store, page by page.</summary>
interface IRemoteListing
{
    /// <summary>The store's limit of entries in one answer.</summary>
    int MaxPageSize { get; }

    IAsyncEnumerable<ListEntry> ListAsync(string prefix, string? delimiter, int pageSize, CancellationToken cancellationToken);

    /// <summary>Uploads below the prefix that were started and neither completed nor aborted.</summary>
    IAsyncEnumerable<OpenUpload> ListUploadsAsync(CancellationToken cancellationToken);

    /// <summary>Drops one of them, within a limit.</summary>
    /// <returns>False when it could not be dropped.</returns>
    Task<bool> AbortAsync(OpenUpload upload, TimeSpan limit, CancellationToken cancellationToken);
}
