using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using ShardyFusion.Formats;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Reading;

/// <summary>The shards of one loaded snapshot, shared by the states that a reader goes through while it stays on it.</summary>
sealed class LoadedShards : ShardSlot.ILeavers
{
    /// <summary>More shards than this are looked up in a table: a manifest may claim two thousand million of them in a few bytes.</summary>
    const int MaxDenseShards = 1 << 20;

    readonly ShardSlot?[] dense = [];
    readonly FrozenDictionary<int, ShardSlot>? sparse;
    readonly SharedStore store;
    readonly BlockCache memory;
    readonly Action<LoadedShards> retire;
    readonly Lock guard = new();
    // Guarded by guard: closed to new readers, and not yet handed to a state that closes them.
    List<MappedShard> leaving = [];
    bool isClosed;

    /// <param name="manifest">The snapshot.</param>
    /// <param name="opener">Opens its shards.</param>
    /// <param name="store">The store they lie in; kept open until they are closed.</param>
    /// <param name="retire">Makes the reader leave its state, so that files that leave can be closed.</param>
    public LoadedShards(Manifest manifest, ShardOpener opener, SharedStore store, Action<LoadedShards> retire)
    {
        (memory, this.retire) = (opener.Memory, retire);
        if (manifest.Required.NumDbs <= MaxDenseShards)
        {
            dense = new ShardSlot?[manifest.Required.NumDbs];
            foreach (var shard in manifest.Shards)
                dense[shard.DbId] = new ShardSlot(shard, opener, this);
        }
        else
        {
            sparse = manifest.Shards.ToFrozenDictionary(shard => shard.DbId, shard => new ShardSlot(shard, opener, this));
        }
        store.AddOwner();
        this.store = store;
    }

    /// <summary>The shards with rows, by <c>db_id</c>.</summary>
    public IEnumerable<ShardSlot> Slots => sparse is null ? dense.OfType<ShardSlot>() : sparse.Values.OrderBy(slot => slot.Entry.DbId);

    /// <summary>All slots by <c>db_id</c>; empty when there are too many.</summary>
    public ShardSlot?[] Dense => dense;

    /// <summary>The slot of a shard where <see cref="Dense"/> has none.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public ShardSlot? SlotBeyondDense(int dbId) => sparse?.GetValueOrDefault(dbId);

    /// <inheritdoc/>
    public void Add(MappedShard file)
    {
        lock (guard)
            leaving.Add(file);
    }

    /// <inheritdoc/>
    public void Retire() => retire(this);

    /// <summary>Files that nobody finds any more; they belong to the caller then.</summary>
    public List<MappedShard> TakeLeaving()
    {
        lock (guard)
        {
            if (leaving.Count == 0) return [];
            var taken = leaving;
            leaving = [];
            return taken;
        }
    }

    /// <summary>Gives back what could not be handed over, because the reader has left the snapshot.</summary>
    public void PutBack(List<MappedShard> files)
    {
        lock (guard)
        {
            if (!isClosed)
            {
                leaving.AddRange(files);
                return;
            }
        }
        CloseFiles(files);
    }

    /// <summary>Closes files that nobody reads any more.</summary>
    public void CloseFiles(List<MappedShard> files)
    {
        // At once: each time costs a look at all that the cache holds.
        if (files.Select(static file => file.TakeUnpackedId()).OfType<long>().ToHashSet() is { Count: > 0 } ids)
            memory.Remove(ids);
        foreach (var file in files)
            file.Dispose();
    }

    /// <summary>Lays all shards aside that are in use, and closes those that were not used since the last time.</summary>
    public void CloseIdle() => memory.CloseUnused(AllIds());

    HashSet<long> AllIds() => Slots.Select(static slot => slot.Id).ToHashSet();

    /// <summary>Closes all; nobody may be using them.</summary>
    public ValueTask CloseAsync()
    {
        // First, so that the cache does not come by meanwhile.
        memory.Remove(AllIds());
        foreach (var slot in Slots)
            slot.Close();
        List<MappedShard> rest;
        lock (guard)
            (isClosed, rest, leaving) = (true, leaving, []);
        CloseFiles(rest);
        return store.ReleaseAsync();
    }
}
