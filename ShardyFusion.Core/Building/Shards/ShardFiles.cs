using ShardyFusion.Stores;

namespace ShardyFusion.Building.Shards;

/// <summary>Shard files that something else wrote, of which a build makes a snapshot instead of rows.</summary>
/// <remarks>From <see cref="SnapshotStore.FindShardFilesAsync"/>. Holds the store they lie on; dispose it after the build.</remarks>
public sealed class ShardFiles : IAsyncDisposable
{
    readonly bool ownsStore;

    internal ShardFiles(IObjectStore store, bool ownsStore, string? runId, IReadOnlyList<ShardFile> files)
    {
        this.ownsStore = ownsStore;
        (Store, RunId, Files) = (store, runId, files);
    }

    /// <summary>Where they lie, as an absolute URI.</summary>
    public string Location => Store.Root;

    /// <summary>The run in whose place below the prefix they lie already, so that nothing is copied; null when they are copied.</summary>
    public string? RunId { get; }

    /// <summary>The files, by name; at least one.</summary>
    public IReadOnlyList<ShardFile> Files { get; }

    /// <summary>Bytes of all of them.</summary>
    public long Bytes => Files.Sum(file => file.Bytes);

    internal IObjectStore Store { get; }

    /// <summary>Lets go of the store they lie on.</summary>
    public ValueTask DisposeAsync() => ownsStore ? Store.DisposeAsync() : ValueTask.CompletedTask;
}
