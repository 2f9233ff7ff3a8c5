using ShardyFusion.Errors;

namespace ShardyFusion.Stores;

/// <summary>Objects below one snapshot prefix, on a disk or in a bucket.</summary>
/// <remarks>
/// Keys are relative to the prefix, use <c>/</c>, and never start or end with it. Every method may throw
/// <see cref="ShardyFusionException"/> of kind <see cref="ErrorKind.StorageTransient"/>, <see cref="ErrorKind.StorageDenied"/>,
/// <see cref="ErrorKind.StorageFull"/> or <see cref="ErrorKind.PoolExhausted"/>. Safe for concurrent callers.
/// </remarks>
interface IObjectStore : IAsyncDisposable
{
    /// <summary>The prefix as an absolute URI without a trailing slash: <c>s3://bucket/path</c>, <c>az://container/path</c>
    /// or <c>file:///dir</c>.</summary>
    string Root { get; }

    /// <summary>Where it is and how it is reached, with the source of the credentials but no secret; for people.</summary>
    string Description => Root;

    /// <summary>What this store can do.</summary>
    StoreCapabilities Capabilities { get; }

    /// <summary>The clock of the store as far as its answers have shown it, this machine's otherwise; what leases and ages are measured
    /// by.</summary>
    TimeProvider Clock => TimeProvider.System;

    /// <summary>Requests and bytes so far.</summary>
    StoreCounters Counters { get; }

    /// <summary>What holds the objects: itself, unless it keeps some of them elsewhere.</summary>
    IObjectStore Objects => this;

    /// <summary>Reads a whole object.</summary>
    /// <param name="key">Relative key.</param>
    /// <param name="maxBytes">Larger objects are refused with <see cref="ErrorKind.ManifestParse"/> before they are read.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>Content and ETag, or null when the object does not exist.</returns>
    Task<StoredObject?> GetAsync(string key, long maxBytes, CancellationToken cancellationToken);

    /// <summary>Fills <paramref name="destination"/> from <paramref name="offset"/>.</summary>
    /// <returns>Bytes read; fewer than asked for only at the object's end.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.StorageNotFound"/> when the object does not exist.</exception>
    ValueTask<int> GetRangeAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken);

    /// <summary>Reads the last <paramref name="length"/> bytes (or the whole object when it is shorter) in one request, or in two where the
    /// store knows no ranges from the end.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.StorageNotFound"/> when the object does not exist.</exception>
    Task<ObjectTail> GetTailAsync(string key, int length, CancellationToken cancellationToken);

    /// <summary>Size, ETag and time of an object, or null when it does not exist.</summary>
    Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken);

    /// <summary>Writes a whole object; readers see the old object or the new one, never a part.</summary>
    /// <returns>The new ETag, or a failed condition (which is not an exception).</returns>
    Task<PutResult> PutAsync(string key, ReadOnlyMemory<byte> content, PutOptions options, CancellationToken cancellationToken);

    /// <summary>Starts a streamed write; nothing becomes visible before <see cref="IObjectUpload.CompleteAsync"/>.</summary>
    Task<IObjectUpload> OpenUploadAsync(string key, PutOptions options, CancellationToken cancellationToken);

    /// <summary>Lists objects in ordinal order of their keys, over as many pages as there are.</summary>
    /// <param name="prefix">Keys must start with this; empty for all.</param>
    /// <param name="delimiter">Null for all depths; <c>"/"</c> folds deeper keys into one entry with
    /// <see cref="ListEntry.IsPrefix"/>.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    IAsyncEnumerable<ListEntry> ListAsync(string prefix, string? delimiter, CancellationToken cancellationToken);

    /// <summary>Deletes objects; an absent one counts as deleted.</summary>
    /// <returns>One result per key, in the order given.</returns>
    Task<IReadOnlyList<DeleteResult>> DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken);

    /// <summary>Full path of the object on a local file system, for memory mapping; null when the store is remote.</summary>
    string? LocalPath(string key);
}

/// <summary>A streamed write. Disposing it before completion aborts it and leaves nothing behind.</summary>
interface IObjectUpload : IAsyncDisposable
{
    /// <summary>Appends bytes; returns when the buffer may be reused.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Makes the object visible, durable, under the condition given at the start.</summary>
    Task<PutResult> CompleteAsync(CancellationToken cancellationToken);
}
