using System.Runtime.CompilerServices;
using ShardyFusion.Catalog;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Reading;

/// <summary>One loaded snapshot for as long as its set of open files only grows. Left by its reader for another snapshot, or for a
/// successor so that files can be closed.</summary>
/// <remarks>
/// Files that leave were made unfindable first. Then the reader moves to a successor; when the last pin of this state, and of all states
/// before it, has gone, nobody can be reading them any more. That is the protocol of <see cref="PinCounter"/>, and costs those who read
/// nothing.
/// </remarks>
sealed class ReaderState
{
    readonly LoadedShards shards;
    readonly ShardSlot?[] dense;
    // Written before this state is retired.
    ReaderState? successor;
    List<MappedShard> leaving = [];
    // What has to happen before the files that leave may be closed: its own pins have gone, and the state before it has ended.
    int pending;

    /// <param name="loaded">The snapshot.</param>
    /// <param name="shards">Its shards; closed with the last state.</param>
    /// <param name="fallbackReason">Why this is not the current snapshot; null when it is what was asked for.</param>
    public ReaderState(LoadedManifest loaded, LoadedShards shards, string? fallbackReason)
    {
        Loaded = loaded;
        FallbackReason = fallbackReason;
        Keys = new KeySpace(loaded.Manifest);
        this.shards = shards;
        dense = shards.Dense;
        pending = 1;
    }

    ReaderState(ReaderState before)
    {
        (Loaded, FallbackReason, Keys, shards, dense) = (before.Loaded, before.FallbackReason, before.Keys, before.shards, before.dense);
        pending = 2;
    }

    /// <summary>The snapshot.</summary>
    public LoadedManifest Loaded { get; }

    /// <summary>Why this is not the current snapshot; null when it is what was asked for.</summary>
    public string? FallbackReason { get; }

    /// <summary>How it stores and places keys.</summary>
    public KeySpace Keys { get; }

    /// <summary>Who uses it.</summary>
    public PinCounter Pins { get; } = new();

    /// <summary>Its shards.</summary>
    public LoadedShards Shards => shards;

    /// <summary>Name of the run that built it.</summary>
    public string RunId => Loaded.Manifest.Required.RunId;

    /// <summary>The shards with rows, by <c>db_id</c>.</summary>
    public IEnumerable<ShardSlot> Slots => shards.Slots;

    /// <summary>The slot of a shard; null when that shard is empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ShardSlot? SlotOf(int dbId)
    {
        var slots = dense;
        return (uint)dbId < (uint)slots.Length ? slots[dbId] : shards.SlotBeyondDense(dbId);
    }

    /// <summary>A state of the same snapshot to move to.</summary>
    public ReaderState NewSuccessor() => new(this);

    /// <summary>Ends a pin; the last one after retirement closes what leaves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Leave(int stripe)
    {
        if (Pins.Leave(stripe))
            CloseInBackground();
    }

    /// <summary>Says that the reader has left the snapshot; closes the shards now or when the last pin goes.</summary>
    public ValueTask RetireAsync() => Pins.Retire() ? EndAsync() : ValueTask.CompletedTask;

    /// <summary>Says that the reader has moved on to a successor; closes files now or when the last pin goes.</summary>
    public ValueTask RetireAsync(ReaderState next, List<MappedShard> files)
    {
        (successor, leaving) = (next, files);
        return RetireAsync();
    }

    // The last reader to leave must not wait for a store to close its connections.
    void CloseInBackground() => _ = EndAsync().AsTask();

    // A loop and no recursion: many states may have waited for one pin.
    ValueTask EndAsync()
    {
        for (var ending = this; Interlocked.Decrement(ref ending.pending) == 0; ending = ending.successor)
        {
            if (ending.leaving.Count > 0)
                shards.CloseFiles(ending.leaving);
            if (ending.successor is null)
                return shards.CloseAsync();
        }
        return ValueTask.CompletedTask;
    }
}

/// <summary>A pinned state: its shards stay open until this is disposed. Dispose it once.</summary>
readonly struct StatePin(ReaderState state, int stripe) : IDisposable
{
    /// <summary>The state.</summary>
    public ReaderState State => state;

    /// <summary>The stripe that the pin was counted on.</summary>
    public int Stripe => stripe;

    /// <summary>Ends the pin.</summary>
    public void Dispose() => state.Leave(stripe);
}
