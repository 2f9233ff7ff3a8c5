using System.Collections.Concurrent;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>
/// Unpacked, checked data blocks of remote shards and of packed local ones, and the metadata of all open shards, within one byte budget
/// for the whole process.
/// Hits take no lock. When room is needed, a hand goes round (CLOCK) and evicts what was not used since it last came by: a block is
/// dropped, a shard is closed. Each block is loaded once however many callers want it. Safe for concurrent callers.
/// </summary>
sealed class BlockCache
{
    /// <summary>What an entry is charged on top of its block's bytes.</summary>
    public const int EntryOverheadBytes = 128;

    /// <summary>No block has this number.</summary>
    const int MetadataOrdinal = -1;

    /// <summary>One of so many parts of the budget is freed in advance when shards have to be closed.</summary>
    const int SpareParts = 16;

    /// <summary>Rounds of the hand after which everything is taken to be in use.</summary>
    const int MostRounds = 3;

    readonly ConcurrentDictionary<Key, Entry> entries = new();
    readonly Lock clockLock = new();
    // Guarded by clockLock: the ring in the order of arrival, the hand at its head.
    readonly Queue<Entry> clock = new();
    readonly long budgetBytes;
    long usedBytes;
    readonly StripedTotal hits = new(), misses = new();

    /// <param name="budgetBytes">Most bytes that cached blocks take, entries' overhead included; 0 keeps nothing.</param>
    public BlockCache(long budgetBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(budgetBytes);
        this.budgetBytes = budgetBytes;
    }

    /// <summary>Most bytes that are kept.</summary>
    public long BudgetBytes => budgetBytes;

    /// <summary>Bytes in use; more than the budget only while shards in use at one moment need more by themselves.</summary>
    public long UsedBytes => Interlocked.Read(ref usedBytes);

    /// <summary>Lookups that found their block.</summary>
    public long Hits => hits.Value;

    /// <summary>Lookups that did not.</summary>
    public long Misses => misses.Value;

    /// <summary>Finds a block without waiting.</summary>
    /// <param name="shard">From <see cref="BlockScratch.NewOwner"/>.</param>
    /// <param name="ordinal">The block's number in its shard.</param>
    /// <param name="block">The unpacked block.</param>
    public bool TryGet(long shard, int ordinal, out ReadOnlyMemory<byte> block)
    {
        if (entries.TryGetValue(new Key(shard, ordinal), out var entry) && entry.Block.TryGet(out block))
        {
            CountHit();
            return true;
        }
        misses.Add(1);
        ShardyMetrics.BlockCacheMisses.Add();
        block = default;
        return false;
    }

    /// <summary>As <see cref="TryGet(long, int, out ReadOnlyMemory{byte})"/>, for whoever remembers where a block was: saves the search. A
    /// block that is not there any more is no miss yet.</summary>
    public bool TryGet(CachedBlock known, out ReadOnlyMemory<byte> block)
    {
        if (!known.TryGet(out block)) return false;
        CountHit();
        return true;
    }

    void CountHit()
    {
        hits.Add(1);
        ShardyMetrics.BlockCacheHits.Add();
    }

    /// <summary>True when the block is here now. Neither a hit nor a miss, and no use of it.</summary>
    /// <param name="shard">From <see cref="BlockScratch.NewOwner"/>.</param>
    /// <param name="ordinal">The block's number in its shard.</param>
    public bool Contains(long shard, int ordinal) => entries.TryGetValue(new Key(shard, ordinal), out var entry) && entry.Block.IsThere;

    /// <summary>As <see cref="TryGet(long, int, out ReadOnlyMemory{byte})"/>, but neither a hit nor a miss.</summary>
    public bool TryPeek(long shard, int ordinal, out ReadOnlyMemory<byte> block)
    {
        block = default;
        return entries.TryGetValue(new Key(shard, ordinal), out var entry) && entry.Block.TryGet(out block);
    }

    /// <summary>Claims the loading of a block.</summary>
    /// <param name="shard">From <see cref="BlockScratch.NewOwner"/>.</param>
    /// <param name="ordinal">The block's number in its shard.</param>
    /// <param name="pending">The claim: to be ended by <see cref="Claim.Complete"/> or <see cref="Claim.Fail"/> when this returned true, to
    /// be waited for when it returned false.</param>
    /// <returns>True for the one caller that has to load the block.</returns>
    public bool TryClaim(long shard, int ordinal, out Claim pending)
    {
        var key = new Key(shard, ordinal);
        while (true)
        {
            if (entries.TryGetValue(key, out var entry))
            {
                pending = new Claim(this, entry);
                return false;
            }
            entry = new Entry(key);
            if (entries.TryAdd(key, entry))
            {
                pending = new Claim(this, entry);
                return true;
            }
        }
    }

    /// <summary>Counts the metadata of a shard that was just opened, and makes room for it, by closing other shards too.</summary>
    /// <param name="shard">From <see cref="BlockScratch.NewOwner"/>; the same as for its blocks.</param>
    /// <param name="bytes">What it takes.</param>
    /// <param name="holder">Closes it when it is its turn. Never called for itself from here.</param>
    public void Admit(long shard, long bytes, IMetadataHolder holder)
    {
        List<IMetadataHolder>? closed = null;
        lock (clockLock)
        {
            MakeRoom(bytes, ref closed);
            // Closing takes the reader a new state; a few more now save it the next ones.
            if (closed is not null) MakeRoom(bytes + budgetBytes / SpareParts, ref closed);
            Interlocked.Add(ref usedBytes, bytes);
            clock.Enqueue(new Entry(new Key(shard, MetadataOrdinal)) { ChargeBytes = bytes, Holder = holder });
        }
        Finish(closed);
    }

    static void Finish(List<IMetadataHolder>? closed)
    {
        if (closed is null) return;
        // Outside the lock: whoever closes files may wait for others who are opening some.
        foreach (var holder in closed) holder.FinishClosing();
    }

    /// <summary>Drops all blocks of a shard that was closed, and its metadata.</summary>
    public void Remove(long shard) => Remove(new HashSet<long> { shard });

    /// <summary>As <see cref="Remove(long)"/>, for many at once.</summary>
    public void Remove(IReadOnlySet<long> shards)
    {
        lock (clockLock) DropWhere(entry => shards.Contains(entry.Key.Shard));
    }

    /// <summary>Closes those of the shards that were not used since this was last asked, or since the hand came by, and drops their
    /// blocks.</summary>
    public void CloseUnused(IReadOnlySet<long> shards)
    {
        List<IMetadataHolder>? closed = null;
        lock (clockLock)
        {
            var gone = new HashSet<long>();
            DropWhere(entry =>
            {
                if (entry.Holder is not { } holder || !shards.Contains(entry.Key.Shard) || !holder.TryClose()) return false;
                (closed ??= []).Add(holder);
                return gone.Add(entry.Key.Shard);
            });
            if (gone.Count > 0) DropWhere(entry => gone.Contains(entry.Key.Shard));
        }
        Finish(closed);
    }

    // Keeps the order of the others.
    void DropWhere(Func<Entry, bool> condition)
    {
        for (var left = clock.Count; left > 0; left--)
        {
            var entry = clock.Dequeue();
            if (condition(entry)) Drop(entry);
            else clock.Enqueue(entry);
        }
    }

    void Keep(Entry entry, ReadOnlyMemory<byte> block)
    {
        var charge = block.Length + (long)EntryOverheadBytes;
        var isKept = false;
        List<IMetadataHolder>? closed = null;
        lock (clockLock)
        {
            if (charge <= budgetBytes && MakeRoom(charge, ref closed))
            {
                Interlocked.Add(ref usedBytes, charge);
                entry.ChargeBytes = charge;
                entry.Block.Set(block);
                clock.Enqueue(entry);
                isKept = true;
            }
        }
        if (!isKept)
            entries.TryRemove(KeyValuePair.Create(entry.Key, entry));
        entry.Loaded.TrySetResult(block);
        Finish(closed);
    }

    // Ends: each turn either evicts an entry or spares it. A block is spared once a round, a shard in use for as many as there are turns.
    bool MakeRoom(long charge, ref List<IMetadataHolder>? closed)
    {
        var spared = 0;
        while (budgetBytes - usedBytes < charge)
        {
            if (clock.Count == 0 || spared > MostRounds * clock.Count) return false;
            var entry = clock.Dequeue();
            var isInUse = entry.Holder is { } holder ? !holder.TryClose() : spared < clock.Count && entry.Block.TakeMark();
            if (isInUse)
            {
                spared++;
                clock.Enqueue(entry);
                continue;
            }
            if (entry.Holder is { } ended) (closed ??= []).Add(ended);
            Drop(entry);
        }
        return true;
    }

    void Drop(Entry entry)
    {
        Interlocked.Add(ref usedBytes, -entry.ChargeBytes);
        entries.TryRemove(KeyValuePair.Create(entry.Key, entry));
        entry.Block.Clear();
    }

    void Forget(Entry entry, Exception? error)
    {
        entries.TryRemove(KeyValuePair.Create(entry.Key, entry));
        if (error is null or OperationCanceledException)
            entry.Loaded.TrySetCanceled();
        else
            entry.Loaded.TrySetException(error);
        // Nobody may be waiting; the error reaches the one who loaded by another way.
        _ = entry.Loaded.Task.Exception;
    }

    internal readonly record struct Key(long Shard, int Ordinal);

    internal sealed class Entry(Key key)
    {
        public Key Key => key;
        public long ChargeBytes { get; set; }
        /// <summary>Null for a block.</summary>
        public IMetadataHolder? Holder { get; init; }
        public CachedBlock Block { get; } = new();
        public TaskCompletionSource<ReadOnlyMemory<byte>> Loaded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>A block that is being loaded, or was.</summary>
    internal readonly struct Claim
    {
        readonly BlockCache cache;
        readonly Entry entry;

        internal Claim(BlockCache cache, Entry entry) => (this.cache, this.entry) = (cache, entry);

        /// <summary>Hands over the loaded block, which the cache may or may not keep.</summary>
        public void Complete(ReadOnlyMemory<byte> block) => cache.Keep(entry, block);

        /// <summary>Says that loading failed; a cancelled load may be claimed anew by those who waited.</summary>
        public void Fail(Exception error) => cache.Forget(entry, error);

        /// <summary>The block, once it is loaded.</summary>
        public Task<ReadOnlyMemory<byte>> Block => entry.Loaded.Task;

        /// <summary>Where it will be, for <see cref="TryGet(CachedBlock, out ReadOnlyMemory{byte})"/>.</summary>
        public CachedBlock Place => entry.Block;
    }
}

/// <summary>A shard that may be open, as the cache sees it.</summary>
interface IMetadataHolder
{
    /// <summary>Closes the shard to new uses unless it was used since this was last asked. Must not wait: the cache's lock is
    /// held.</summary>
    /// <returns>True when it does not count any more.</returns>
    bool TryClose();

    /// <summary>Ends what <see cref="TryClose"/> began, when nobody reads it any more.</summary>
    void FinishClosing();
}
