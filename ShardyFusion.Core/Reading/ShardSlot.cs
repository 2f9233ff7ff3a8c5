using System.Runtime.CompilerServices;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Shards;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Reading;

/// <summary>One shard of a loaded snapshot, opened at its first use and again after it was closed. A failed opening is tried again by the
/// next use.</summary>
/// <remarks>
/// <para>Safe for concurrent callers that hold a pin of the state; <see cref="Close"/> is called once, without any.</para>
/// <para>Whether a shard is in use costs its readers nothing to tell: from time to time it is laid aside, where only the slow path finds
/// it. The next use takes it back; one that is still there the next time has not been used.</para>
/// </remarks>
/// <param name="entry">What the manifest says.</param>
/// <param name="opener">Opens it.</param>
/// <param name="leavers">Gets files that are closed to new uses, to close them when nobody reads them any more.</param>
sealed class ShardSlot(ShardEntry entry, ShardOpener opener, ShardSlot.ILeavers leavers) : IMetadataHolder
{
    readonly Lock opening = new();
    SemaphoreSlim? asyncOpening;
    volatile MappedShard? mapped;
    volatile IShard? remote;
    // Guarded by opening: laid aside.
    MappedShard? restingMapped;
    IShard? restingRemote, leavingRemote;

    /// <summary>Takes files that may still be read.</summary>
    internal interface ILeavers
    {
        /// <summary>Notes a file that no new reader finds. Must not wait.</summary>
        void Add(MappedShard file);

        /// <summary>Closes what was noted when nobody reads it any more.</summary>
        void Retire();
    }

    /// <summary>Names the shard, and its blocks, in the cache.</summary>
    public long Id { get; } = BlockScratch.NewOwner();

    /// <summary>What the manifest says about it.</summary>
    public ShardEntry Entry => entry;

    /// <summary>Key of its file or folder.</summary>
    public string Key => opener.KeyOf(entry);

    /// <summary>The mapped file, opened now if it is local and was not yet.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.SnapshotIncomplete"/>, <see cref="ErrorKind.ShardCorrupt"/>, or
    /// <see cref="ErrorKind.ReaderState"/> for a shard that can only be opened asynchronously.</exception>
    public MappedShard Mapped
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => mapped ?? OpenMapped();
    }

    /// <summary>Finds the value of a key without waiting for a store.</summary>
    /// <exception cref="ShardyFusionException">As <see cref="Mapped"/>.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(scoped ReadOnlySpan<byte> storedKey, out ReadOnlySpan<byte> value) =>
        mapped is { } file ? file.TryGet(storedKey, out value) : TryGetUnmapped(storedKey, out value);

    [MethodImpl(MethodImplOptions.NoInlining)]
    bool TryGetUnmapped(scoped ReadOnlySpan<byte> storedKey, out ReadOnlySpan<byte> value) => opener.IsFolderOnDisk
        ? FolderShards.TryGet(OpenOnDisk(), storedKey, out value) : OpenMapped().TryGet(storedKey, out value);

    /// <summary>Finds some keys of a list without waiting for a store; else as
    /// <see cref="MappedShard.GetMany{TSink}(ReadOnlySpan{ReadOnlyMemory{byte}}, ReadOnlySpan{int}, ref TSink)"/>.</summary>
    public void GetMany<TSink>(ReadOnlySpan<ReadOnlyMemory<byte>> keys, ReadOnlySpan<int> which, ref TSink sink) where TSink : IValueSink
    {
        if (mapped is null && opener.IsFolderOnDisk)
            FolderShards.GetMany(OpenOnDisk(), keys, which, ref sink);
        else
            Mapped.GetMany(keys, which, ref sink);
    }

    // Nothing there waits for a network; at most for another thread that is opening it.
    IShard OpenOnDisk() => remote ?? OpenAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult().Remote!;

    [MethodImpl(MethodImplOptions.NoInlining)]
    MappedShard OpenMapped()
    {
        if (TakeOpen() is { Mapped: { } open })
            return open;
        MappedShard opened;
        lock (opening)
        {
            if (mapped is { } other)
                return other;
            mapped = opened = opener.OpenMapped(entry);
        }
        // Outside the lock: making room closes other shards, whose openers may be making room too.
        opener.Memory.Admit(Id, opened.MemoryBytes, this);
        return opened;
    }

    /// <summary>The shard if it can at once be read from a mapped file; null when it takes requests to open or to read.</summary>
    public OpenShard? TryGetMapped()
    {
        var file = mapped ?? (opener.Access == ShardAccess.Mapped ? OpenMapped() : TakeOpen()?.Mapped);
        return file is null ? null : new OpenShard(file, null);
    }

    /// <summary>The shard, opened now if it is not open.</summary>
    public async ValueTask<OpenShard> OpenAsync(CancellationToken cancellationToken)
    {
        if (opener.Access == ShardAccess.Mapped)
            return new OpenShard(Mapped, null);
        return TakeOpen() ?? await OpenOnceAsync(cancellationToken).ConfigureAwait(false);
    }

    // Null when it is not open. A file that was changed while it lay aside is not used again.
    OpenShard? TakeOpen()
    {
        if (mapped is { } file)
            return new OpenShard(file, null);
        if (remote is { } ranged)
            return new OpenShard(null, ranged);
        lock (opening)
        {
            if (restingMapped is { } rested)
            {
                restingMapped = null;
                if (!rested.IsFileChanged())
                    mapped = rested;
                else
                    Leave(rested);
            }
            else if (restingRemote is { } aside)
            {
                (remote, restingRemote) = (aside, null);
            }
            return mapped is { } open ? new OpenShard(open, null) : remote is { } openRanged ? new OpenShard(null, openRanged) : null;
        }
    }

    void Leave(MappedShard file)
    {
        leavers.Add(file);
        leavers.Retire();
        opener.Memory.Remove(Id);
    }

    async Task<OpenShard> OpenOnceAsync(CancellationToken cancellationToken)
    {
        SemaphoreSlim gate;
        lock (opening)
            gate = asyncOpening ??= new SemaphoreSlim(1, 1);
        OpenShard opened;
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (TakeOpen() is { } other)
                return other;
            opened = opener.AccessTo(entry) == ShardAccess.Ranged
                ? new OpenShard(null, await opener.OpenRangedAsync(entry, Id, cancellationToken).ConfigureAwait(false))
                : new OpenShard(await opener.OpenDownloadedAsync(entry, cancellationToken).ConfigureAwait(false), null);
            lock (opening)
                (mapped, remote) = (opened.Mapped, opened.Remote);
        }
        finally
        {
            gate.Release();
        }
        opener.Memory.Admit(Id, opened.Mapped?.MemoryBytes ?? opened.Remote!.MemoryBytes, this);
        return opened;
    }

    /// <inheritdoc/>
    public bool TryClose()
    {
        // Someone is opening it, or taking it back: in use.
        if (!opening.TryEnter())
            return false;
        try
        {
            if (mapped is not null || remote is not null)
            {
                (restingMapped, mapped) = (mapped, null);
                (restingRemote, remote) = (remote, null);
                return false;
            }
            if (restingMapped is { } unused)
                leavers.Add(unused);
            // A shard that is read by ranges is memory only: whoever still reads it keeps it alive.
            leavingRemote = restingRemote;
            (restingMapped, restingRemote) = (null, null);
            return true;
        }
        finally
        {
            opening.Exit();
        }
    }

    /// <inheritdoc/>
    public void FinishClosing()
    {
        leavers.Retire();
        IShard? left;
        lock (opening)
            (left, leavingRemote) = (leavingRemote, null);
        left?.Leave();
    }

    /// <summary>True when the shard is mapped and another reader would not find the file that was mapped: it is gone, or another
    /// one.</summary>
    public bool IsFileOutdated
    {
        get
        {
            lock (opening)
                return (mapped ?? restingMapped) is { } file && (file.IsFileGone || file.IsFileChanged());
        }
    }

    /// <inheritdoc cref="ShardOpener.FetchAsync"/>
    public Task FetchAsync(Func<IShardSource, IShardSource> pace, CancellationToken cancellationToken) =>
        opener.FetchAsync(entry, pace, cancellationToken);

    /// <summary>True when opening it reads its metadata from the store.</summary>
    public bool IsRanged => opener.AccessTo(entry) == ShardAccess.Ranged;

    /// <summary>What bounds the memory of it and of its blocks.</summary>
    public BlockCache Memory => opener.Memory;

    /// <summary>Asks the store whether the shard is still there, as an open one would not tell.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.SnapshotIncomplete"/>: it is gone; or a failure of the
    /// store.</exception>
    public Task RequirePresentAsync(CancellationToken cancellationToken) => opener.RequirePresentAsync(entry, cancellationToken);

    /// <summary>True when the shard is open.</summary>
    public bool IsOpen
    {
        get
        {
            lock (opening)
                return (mapped ?? restingMapped) is not null || (remote ?? restingRemote) is not null;
        }
    }

    /// <summary>Closes the shard; nobody may be using it. The caller removes <see cref="Id"/> from the cache first, and closes the file
    /// that leaves.</summary>
    public void Close()
    {
        lock (opening)
        {
            if ((mapped ?? restingMapped) is { } file)
                leavers.Add(file);
            (remote ?? restingRemote)?.Leave();
            (mapped, restingMapped, remote, restingRemote) = (null, null, null, null);
        }
        asyncOpening?.Dispose();
    }
}
