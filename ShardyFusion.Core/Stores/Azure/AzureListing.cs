using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ShardyFusion.Stores.Remote;

namespace ShardyFusion.Stores.Azure;

/// <summary>Listings of blobs and of uploads never committed, page by page.</summary>
sealed class AzureListing(RemoteLocation location, StoreRequests<BlobContainerClient> requests, AzureReads reads, AzureWrites writes,
    StoreCounters counters) : IRemoteListing
{
    /// <summary>With a hierarchical namespace folders are blobs, of which this says that they are.</summary>
    const string FolderMetadata = "hdi_isfolder";

    /// <inheritdoc/>
    public int MaxPageSize => 5000;

    /// <inheritdoc/>
    public async IAsyncEnumerable<ListEntry> ListAsync(string prefix, string? delimiter, int pageSize,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var options = new GetBlobsByHierarchyOptions
        {
            Prefix = location.NamePrefix + prefix,
            Delimiter = delimiter,
            Traits = BlobTraits.Metadata,
        };
        await foreach (var page in PagesAsync(options, pageSize, location.Uri(prefix), cancellationToken).ConfigureAwait(false))
        {
            foreach (var entry in Entries(page)) yield return entry;
        }
    }

    async IAsyncEnumerable<Page<BlobHierarchyItem>> PagesAsync(GetBlobsByHierarchyOptions options, int pageSize, string resource,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? continuation = null;
        do
        {
            var from = continuation;
            var page = await requests.RunAsync(AzureActions.List, resource, async (container, token) =>
            {
                var pages = container.GetBlobsByHierarchyAsync(options, token).AsPages(from, pageSize).GetAsyncEnumerator(token);
                await using (pages.ConfigureAwait(false))
                    return await pages.MoveNextAsync().ConfigureAwait(false) ? pages.Current : throw StoreAnswerException.NoListing();
            }, cancellationToken).ConfigureAwait(false);
            counters.CountList();
            yield return page;
            continuation = page.ContinuationToken;
        }
        while (!string.IsNullOrEmpty(continuation));
    }

    // A page holds one stretch of the order, but blobs and folded prefixes apart.
    List<ListEntry> Entries(Page<BlobHierarchyItem> page)
    {
        var entries = new List<ListEntry>();
        foreach (var item in page.Values)
        {
            if (item.IsPrefix)
            {
                if (location.KeyOf(item.Prefix.TrimEnd('/')) is { } folder) entries.Add(new ListEntry(folder + "/", true, 0, null));
            }
            else if (!IsFolder(item.Blob) && location.KeyOf(item.Blob.Name) is { } key)
                entries.Add(new ListEntry(key, false, item.Blob.Properties.ContentLength ?? 0, item.Blob.Properties.LastModified));
        }
        entries.Sort(static (a, b) => StoreKeys.CompareUtf8(a.Key, b.Key));
        return entries;
    }

    static bool IsFolder(BlobItem blob) => blob.Metadata is { } metadata && metadata.TryGetValue(FolderMetadata, out var value)
        && value.Equals("true", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    /// <remarks>Azure lists blobs of which only blocks are there among the others, as empty ones.</remarks>
    public async IAsyncEnumerable<OpenUpload> ListUploadsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var options = new GetBlobsByHierarchyOptions { Prefix = location.NamePrefix, States = BlobStates.Uncommitted };
        await foreach (var page in PagesAsync(options, MaxPageSize, location.Root, cancellationToken).ConfigureAwait(false))
        {
            foreach (var blob in page.Values.Select(static item => item.Blob).Where(static b => b.Properties.ContentLength is null or 0))
            {
                if (location.KeyOf(blob.Name) is { } key && await reads.HeadAsync(key, cancellationToken).ConfigureAwait(false) is null)
                    yield return new OpenUpload(key, "", blob.Properties.LastModified ?? blob.Properties.CreatedOn);
            }
        }
    }

    /// <inheritdoc/>
    public Task<bool> AbortAsync(OpenUpload upload, TimeSpan limit, CancellationToken cancellationToken) =>
        writes.TryDropAsync(upload.Key, limit, cancellationToken);
}
