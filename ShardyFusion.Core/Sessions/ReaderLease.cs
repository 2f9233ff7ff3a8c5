using ShardyFusion.Reading;

namespace ShardyFusion.Sessions;

/// <summary>The use of a reader of a <see cref="ReaderCache"/>. Dispose it once, and its reader never.</summary>
sealed class ReaderLease : IAsyncDisposable
{
    readonly ReaderCache cache;
    readonly ReaderCache.Entry entry;
    int isReturned;

    internal ReaderLease(ReaderCache cache, ReaderCache.Entry entry) => (this.cache, this.entry) = (cache, entry);

    /// <summary>The reader.</summary>
    public SnapshotReader Reader => entry.Reader;

    /// <summary>Gives the reader back.</summary>
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref isReturned, 1) == 0 ? cache.ReturnAsync(entry) : ValueTask.CompletedTask;
}
