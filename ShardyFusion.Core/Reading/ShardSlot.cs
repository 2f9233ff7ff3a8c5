using System.Runtime.CompilerServices;
using ShardyFusion.Errors;
using ShardyFusion.Manifests;
using ShardyFusion.Snapshots;
using ShardyFusion.Sst;

namespace ShardyFusion.Reading;

/// <summary>One shard of a loaded snapshot, opened at its first use. A failed opening is tried again by the next use.</summary>
/// <remarks>Safe for concurrent callers that hold a pin of the state; <see cref="Close"/> is called once, without any.</remarks>
sealed class ShardSlot(ShardEntry entry, ShardOpener opener)
{
    readonly Lock opening = new();
    SemaphoreSlim? asyncOpening;
    volatile MappedShard? mapped;
    volatile RemoteShard? remote;

    /// <summary>What the manifest says about it.</summary>
    public ShardEntry Entry => entry;

    /// <summary>The mapped file, opened now if it is local and was not yet.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.SnapshotIncomplete"/>, <see cref="ErrorKind.ShardCorrupt"/>, or
    /// <see cref="ErrorKind.ReaderState"/> for a shard that can only be opened asynchronously.</exception>
    public MappedShard Mapped
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => mapped ?? OpenMapped();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    MappedShard OpenMapped()
    {
        lock (opening)
            return mapped ??= opener.OpenMapped(entry);
    }

    /// <summary>The mapped file if the shard is, or can at once be, mapped; null when it takes requests to open or to read.</summary>
    public MappedShard? TryGetMapped() => mapped ?? (opener.Access == ShardAccess.Mapped ? OpenMapped() : null);

    /// <summary>Opens the shard if it is not open.</summary>
    /// <returns>The mapped file, or null when it is read by ranges: see <see cref="Remote"/>.</returns>
    public async ValueTask<MappedShard?> OpenAsync(CancellationToken cancellationToken)
    {
        if (opener.Access == ShardAccess.Mapped)
            return Mapped;
        if (mapped is null && remote is null)
            await OpenOnceAsync(cancellationToken).ConfigureAwait(false);
        return mapped;
    }

    /// <summary>The shard that is read by ranges; after <see cref="OpenAsync"/> returned null.</summary>
    public RemoteShard Remote => remote!;

    async Task OpenOnceAsync(CancellationToken cancellationToken)
    {
        SemaphoreSlim gate;
        lock (opening)
            gate = asyncOpening ??= new SemaphoreSlim(1, 1);
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (mapped is not null || remote is not null)
                return;
            if (opener.AccessTo(entry) == ShardAccess.Ranged)
                remote = await opener.OpenRangedAsync(entry, cancellationToken).ConfigureAwait(false);
            else
                mapped = await opener.OpenDownloadedAsync(entry, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Where a get of this key is answered from; to be asked before the get.</summary>
    public LookupSource SourceOf(ReadOnlySpan<byte> storedKey)
    {
        if (mapped is { } file)
            return file.Table.Filter.MayContain(storedKey, XxPh3.Hash(storedKey)) ? LookupSource.Disk : LookupSource.Filter;
        return remote is { } ranged ? ranged.WhereIs(storedKey) switch
        {
            BlockPlace.Nowhere => LookupSource.Filter,
            BlockPlace.Cache => LookupSource.Cache,
            _ => LookupSource.Store,
        } : LookupSource.Store;
    }

    /// <summary>True when the shard is mapped and its file is not the one any more that was mapped.</summary>
    public bool IsFileChanged() => mapped is { } file && file.IsFileChanged();

    /// <summary>True when the shard is open.</summary>
    public bool IsOpen => mapped is not null || remote is not null;

    /// <summary>Closes the file; nobody may be using it.</summary>
    public void Close()
    {
        mapped?.Dispose();
        remote?.Dispose();
        asyncOpening?.Dispose();
    }
}
