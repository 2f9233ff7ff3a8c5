using ShardyFusion.Catalog;
using ShardyFusion.Stores;

namespace ShardyFusion.Reading;

/// <summary>What the parts of one reader share.</summary>
/// <param name="shared">Keeps the store open.</param>
/// <param name="store">The prefix.</param>
/// <param name="options">Which snapshot, and how to read it.</param>
/// <param name="clock">Tells ages.</param>
sealed class ReaderContext(SharedStore shared, IObjectStore store, ReaderOptions options, TimeProvider clock)
{
    SeenPointer? lastPointer;

    public SharedStore Shared => shared;

    public IObjectStore Store => store;

    public ReaderOptions Options => options;

    public TimeProvider Clock => clock;

    public SnapshotCatalog Catalog { get; } = new(store);

    /// <summary>The pointer as it was seen last, for a health check that gets no answer; null when none was.</summary>
    public SeenPointer? LastPointer
    {
        get => Volatile.Read(ref lastPointer);
        set => Volatile.Write(ref lastPointer, value);
    }

    /// <summary>Folder of the local shard cache; null when shards are not copied.</summary>
    public string? CacheFolder => options.Mode == ReadMode.Download && !store.Capabilities.IsLocal
        ? ShardFileCache.FolderOf(options.CacheDirectory) : null;
}
