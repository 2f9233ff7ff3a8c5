using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using ShardyFusion.Manifests;

namespace ShardyFusion.Reading;

/// <summary>One loaded snapshot: its manifest and its shards, opened one by one as they are needed. Closed when the last pin goes.</summary>
sealed class ReaderState
{
    /// <summary>More shards than this are looked up in a table: a manifest may claim two thousand million of them in a few bytes.</summary>
    const int MaxDenseShards = 1 << 20;

    readonly ShardSlot?[] dense = [];
    readonly FrozenDictionary<int, ShardSlot>? sparse;
    readonly SharedStore store;

    /// <param name="loaded">The snapshot.</param>
    /// <param name="opener">Opens its shards.</param>
    /// <param name="store">The store they lie in; kept open until this state is closed.</param>
    /// <param name="fallbackReason">Why this is not the current snapshot; null when it is what was asked for.</param>
    public ReaderState(LoadedManifest loaded, ShardOpener opener, SharedStore store, string? fallbackReason)
    {
        Loaded = loaded;
        FallbackReason = fallbackReason;
        Keys = new KeySpace(loaded.Manifest);
        if (loaded.Manifest.Required.NumDbs <= MaxDenseShards)
        {
            dense = new ShardSlot?[loaded.Manifest.Required.NumDbs];
            foreach (var shard in loaded.Manifest.Shards)
                dense[shard.DbId] = new ShardSlot(shard, opener);
        }
        else
        {
            sparse = loaded.Manifest.Shards.ToFrozenDictionary(shard => shard.DbId, shard => new ShardSlot(shard, opener));
        }
        store.AddOwner();
        this.store = store;
    }

    /// <summary>The snapshot.</summary>
    public LoadedManifest Loaded { get; }

    /// <summary>Why this is not the current snapshot; null when it is what was asked for.</summary>
    public string? FallbackReason { get; }

    /// <summary>How it stores and places keys.</summary>
    public KeySpace Keys { get; }

    /// <summary>Who uses it.</summary>
    public PinCounter Pins { get; } = new();

    /// <summary>Name of the run that built it.</summary>
    public string RunId => Loaded.Manifest.Required.RunId;

    /// <summary>The shards with rows, by <c>db_id</c>.</summary>
    public IEnumerable<ShardSlot> Slots => sparse is null ? dense.OfType<ShardSlot>() : sparse.Values.OrderBy(slot => slot.Entry.DbId);

    /// <summary>The slot of a shard; null when that shard is empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ShardSlot? SlotOf(int dbId)
    {
        var slots = dense;
        return (uint)dbId < (uint)slots.Length ? slots[dbId] : sparse?.GetValueOrDefault(dbId);
    }

    /// <summary>Ends a pin; the last one after retirement closes the shards.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Leave(int stripe)
    {
        if (Pins.Leave(stripe))
            CloseInBackground();
    }

    /// <summary>Says that another state is current, or none; closes the shards now or when the last pin goes.</summary>
    public ValueTask RetireAsync() => Pins.Retire() ? CloseAsync() : ValueTask.CompletedTask;

    // The last reader to leave must not wait for a store to close its connections.
    void CloseInBackground() => _ = CloseAsync().AsTask();

    ValueTask CloseAsync()
    {
        foreach (var slot in Slots)
            slot.Close();
        return store.ReleaseAsync();
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
