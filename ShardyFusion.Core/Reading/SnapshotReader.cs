using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Routing;
using ShardyFusion.Stores;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Reading;

/// <summary>Reads one snapshot, the current one or an older one; a refresh moves it to the one that is current then.</summary>
/// <remarks>Any number of threads may use one reader at once; reads take no lock. Closing it lets reads in flight finish.</remarks>
public sealed class SnapshotReader : IAsyncDisposable, IDisposable
{
    // Labels of the metric.
    const int RefreshMoved = 0, RefreshUnchanged = 1, RefreshFailed = 2;

    readonly ReaderContext context;
    readonly IObjectStore store;
    readonly ReaderOptions options;
    readonly IdleTimer? idleTimer;
    // One refresh at a time: a slow older one must not undo a newer one. Never disposed, since it makes no wait handle.
    readonly SemaphoreSlim refreshing = new(1, 1);
    StateCell states;
    SnapshotInfo info;

    internal SnapshotReader(ReaderContext context, LoadedManifest loaded, string? fallbackReason)
    {
        (this.context, store, options) = (context, context.Store, context.Options);
        states = new StateCell(NewState(loaded, fallbackReason), store.Root);
        info = loaded.Manifest.ToInfo(loaded.Ref, store.Root);
        if (options.ShardIdleTime is { } idleTime) idleTimer = new IdleTimer(this, idleTime, context.Clock);
        loaded.Manifest.NoteCurrent(store.Root, options.Selector.FollowedPointer, context.Clock);
    }

    /// <summary>The snapshot that is read; after closing, the one that was read last.</summary>
    public SnapshotInfo Info => Volatile.Read(ref info);

    /// <summary>The prefix as an absolute URI without a trailing slash.</summary>
    public string Prefix => store.Root;

    /// <summary>True once it was closed.</summary>
    public bool IsClosed => states.Current is null;

    /// <summary>True when a refresh leaves it where it is, because it reads a chosen snapshot and follows no pointer.</summary>
    public bool IsPinned => options.Selector.FollowedPointer is null;

    /// <summary>How its shards are read.</summary>
    public ReadMode Mode => options.Mode;

    /// <summary>Shards that are open now; 0 once it was closed.</summary>
    public int OpenShardCount => CountSlots(static slot => slot.IsOpen);

    /// <summary>True when the file of an open shard was removed, replaced or changed under the reader, so that a new one would answer
    /// otherwise.</summary>
    internal bool HasOutdatedFiles => CountSlots(static slot => slot.IsFileOutdated) > 0;

    int CountSlots(Func<ShardSlot, bool> condition)
    {
        if (!states.TryPin(out var pin)) return 0;
        using (pin) return pin.State.Slots.Count(condition);
    }

    internal void CloseIdleShards()
    {
        if (!states.TryPin(out var pin)) return;
        using (pin) pin.State.Shards.CloseIdle();
        idleTimer?.Rewind();
    }

    /// <summary>Why an older snapshot is read instead of the current one; null when the right one is read, or the reader is
    /// closed.</summary>
    public string? FallbackReason => states.Current?.FallbackReason;

    /// <summary>Holds the snapshot open for gets without any copy.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ReaderState"/>: the reader is closed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReaderPin Pin() => new(states.Pin());

    ReaderState NewState(LoadedManifest loaded, string? fallbackReason) =>
        new(loaded, new LoadedShards(loaded.Manifest, new ShardOpener(store, loaded.Manifest, options), context.Shared,
            shards => states.MoveToSuccessor(shards)), fallbackReason);

    /// <summary>Finds the value of an integer key in a mapped shard; allocates the value only.</summary>
    /// <returns>The value, owned by the caller; null when the key is absent.</returns>
    /// <exception cref="ShardyFusionException">As <see cref="ReaderPin.TryGet(ulong, out ReadOnlySpan{byte})"/>, or the reader is
    /// closed.</exception>
    public byte[]? Get(ulong key)
    {
        using var pin = Pin();
        return pin.TryGet(key, out var value) ? value.ToArray() : null;
    }

    /// <summary>Finds the value of a text key in a mapped shard; else as <see cref="Get(ulong)"/>.</summary>
    public byte[]? Get(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        using var pin = Pin();
        return pin.TryGet(key.AsSpan(), out var value) ? value.ToArray() : null;
    }

    /// <summary>Finds the value of a key given as its stored bytes in a mapped shard; else as <see cref="Get(ulong)"/>.</summary>
    public byte[]? Get(ReadOnlySpan<byte> rawKey)
    {
        using var pin = Pin();
        return pin.TryGet(rawKey, out var value) ? value.ToArray() : null;
    }

    /// <summary>The shard that a key belongs to. Reads nothing.</summary>
    /// <param name="key">Any key; converted to the snapshot's key type.</param>
    /// <returns>0 .. number of shards - 1.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardAssignment"/> with the key as target;
    /// <see cref="ErrorKind.ReaderState"/>.</exception>
    public int ResolveShard(object key) => ResolveShard(key, null);

    /// <summary>As <see cref="ResolveShard(object)"/>, with the columns that the snapshot's expression reads beside the key.</summary>
    public int ResolveShard(object key, RoutingContext? context)
    {
        using var pin = states.Pin();
        return KeyLookup.Prepare(pin.State.Keys, key, context).ShardId;
    }

    /// <summary>Converts and routes a key without looking it up.</summary>
    /// <param name="key">Any key.</param>
    /// <param name="prepared">The key to look up.</param>
    /// <param name="error">Why no key of this snapshot can equal it; null on success.</param>
    /// <returns>False when it cannot be converted or routed.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ReaderState"/>: the reader is closed.</exception>
    public bool TryPrepareKey(object key, out PreparedKey prepared, [NotNullWhen(false)] out ShardyFusionException? error) =>
        TryPrepareKey(key, null, out prepared, out error);

    /// <summary>As <see cref="TryPrepareKey(object, out PreparedKey, out ShardyFusionException?)"/>, with the columns that the snapshot's
    /// expression reads beside the key.</summary>
    public bool TryPrepareKey(object key, RoutingContext? context, out PreparedKey prepared,
        [NotNullWhen(false)] out ShardyFusionException? error)
    {
        using var pin = states.Pin();
        try
        {
            prepared = KeyLookup.Prepare(pin.State.Keys, key, context);
            error = null;
            return true;
        }
        catch (ShardyFusionException unroutable) when (unroutable.Kind == ErrorKind.ShardAssignment)
        {
            prepared = default;
            error = unroutable;
            return false;
        }
    }

    /// <summary>Finds the value of a key.</summary>
    /// <param name="key">Any key; converted to the snapshot's key type, so '42' finds 42.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardAssignment"/>: no key of this snapshot can equal it;
    /// <see cref="ErrorKind.ShardCorrupt"/>, <see cref="ErrorKind.SnapshotIncomplete"/>, <see cref="ErrorKind.ReaderState"/>, or a failure
    /// of the store.</exception>
    /// <remarks>Touches one shard. Ranged: nothing when the filter says no, else at most one request once the shard is open.</remarks>
    public ValueTask<LookupResult> GetAsync(object key, CancellationToken cancellationToken) => GetAsync(key, null, cancellationToken);

    /// <summary>As <see cref="GetAsync(object, CancellationToken)"/>, with the columns that the snapshot's expression reads beside the
    /// key.</summary>
    public ValueTask<LookupResult> GetAsync(object key, RoutingContext? context, CancellationToken cancellationToken)
    {
        if (!GetCounting.IsTiming) return FindAsync(key, context, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        var finding = FindAsync(key, context, cancellationToken);
        if (!finding.IsCompletedSuccessfully) return FinishAsync(finding, started);
        CountGet(started);
        return finding;
    }

    static async ValueTask<LookupResult> FinishAsync(ValueTask<LookupResult> finding, long started)
    {
        try
        {
            return await finding.ConfigureAwait(false);
        }
        finally
        {
            CountGet(started);
        }
    }

    static void CountGet(long started)
    {
        ShardyMetrics.ReaderGets.Add();
        ShardyMetrics.ReaderGetDuration.AddSince(started);
    }

    ValueTask<LookupResult> FindAsync(object key, RoutingContext? context, CancellationToken cancellationToken)
    {
        var pin = states.Pin();
        var isHandedOver = false;
        try
        {
            var held = pin.State;
            var prepared = KeyLookup.Prepare(held.Keys, key, context);
            var slot = held.SlotOf(prepared.ShardId);
            if (slot is null)
                return ValueTask.FromResult(KeyLookup.Result(held, prepared, null, LookupSource.Filter));
            if (slot.TryGetMapped() is { } mapped)
                return ValueTask.FromResult(KeyLookup.FindMapped(held, mapped, prepared));
            isHandedOver = true;
            return KeyLookup.FindOpeningAsync(pin, slot, prepared, cancellationToken);
        }
        finally
        {
            if (!isHandedOver)
                pin.Dispose();
        }
    }

    /// <summary>Finds many keys of one snapshot, grouped by shard.</summary>
    /// <param name="keys">Any keys, repeated ones too.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>One result per key, in their order.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardAssignment"/> with the first key that cannot be converted as
    /// target; else as <see cref="GetAsync(object, CancellationToken)"/>.</exception>
    public Task<IReadOnlyList<LookupResult>> GetManyAsync(IReadOnlyList<object> keys, CancellationToken cancellationToken) =>
        GetManyAsync(keys, null, cancellationToken);

    /// <summary>As <see cref="GetManyAsync(IReadOnlyList{object}, CancellationToken)"/>, with the columns that the snapshot's expression
    /// reads beside the keys.</summary>
    public async Task<IReadOnlyList<LookupResult>> GetManyAsync(IReadOnlyList<object> keys, RoutingContext? context,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        using var pin = states.Pin();
        using var batch = new PreparedBatch(keys.Count);
        for (var index = 0; index < batch.Count; index++)
            batch.Keys[index] = KeyLookup.Prepare(pin.State.Keys, keys[index], context);
        return await BatchLookup.FindAsync(pin.State, batch, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>As <see cref="GetManyAsync(IReadOnlyList{object}, CancellationToken)"/>, for keys that were prepared one by one.</summary>
    public async Task<IReadOnlyList<LookupResult>> GetManyAsync(IReadOnlyList<PreparedKey> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        using var pin = states.Pin();
        using var batch = new PreparedBatch(keys.Count);
        for (var index = 0; index < batch.Count; index++)
        {
            var key = keys[index];
            batch.Keys[index] = key.Space == pin.State.Keys ? key : KeyLookup.Prepare(pin.State.Keys, key.Key, key.Context);
        }
        return await BatchLookup.FindAsync(pin.State, batch, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Goes over all rows, shard by shard, within a shard in the order of the stored keys. Every block's checksum is
    /// verified.</summary>
    /// <param name="shardId">One shard only; null for all.</param>
    /// <param name="cancellationToken">Cancels the scan.</param>
    /// <returns>Rows of the snapshot that is read when the scan starts, whatever is refreshed meanwhile.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: no such shard;
    /// <see cref="ErrorKind.ShardCorrupt"/>, <see cref="ErrorKind.SnapshotIncomplete"/>, <see cref="ErrorKind.ReaderState"/>, or a failure
    /// of the store.</exception>
    public async IAsyncEnumerable<SnapshotRow> ScanAsync(int? shardId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var pin = states.Pin();
        var held = pin.State;
        var count = held.Loaded.Manifest.Required.NumDbs;
        if (shardId < 0 || shardId >= count)
            throw new ShardyFusionException(ErrorKind.ConfigValidation,
                $"Shard {shardId} does not exist; the snapshot has shards 0 to {count - 1}.")
            {
                Target = shardId,
            };
        foreach (var slot in held.Slots)
        {
            var dbId = slot.Entry.DbId;
            if (shardId is not null && dbId != shardId)
                continue;
            var open = await slot.OpenAsync(cancellationToken).ConfigureAwait(false);
            if (open.Mapped is { } mapped)
            {
                using var scanner = mapped.Scan();
                while (scanner.MoveNext())
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    yield return Row(held.Keys.Codec, dbId, scanner.Key, scanner.Value);
                }
            }
            else
            {
                await foreach (var row in open.Remote!.ScanAsync(cancellationToken).ConfigureAwait(false))
                    yield return Row(held.Keys.Codec, dbId, row.Key.Span, row.Value.Span);
            }
        }
    }

    static SnapshotRow Row(KeyCodec codec, int dbId, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        new(dbId, codec.Decode(key), value.ToArray());

    /// <summary>Moves to the snapshot that is current now. Reads in flight finish on the old one; later ones see the new one.</summary>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>What happened. A pointer or manifest that cannot be read, or is gone, is a <see cref="RefreshResult.Problem"/>: the reader
    /// keeps what it has. A reader of a chosen snapshot stays there.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ReaderState"/>: the reader is closed; or a failure of the store, which
    /// leaves the reader as it was.</exception>
    public async Task<RefreshResult> RefreshAsync(CancellationToken cancellationToken)
    {
        var outcome = RefreshFailed;
        try
        {
            var result = await RefreshUncountedAsync(cancellationToken).ConfigureAwait(false);
            outcome = result.Problem is not null ? RefreshFailed : result.Changed ? RefreshMoved : RefreshUnchanged;
            return result;
        }
        finally
        {
            ShardyMetrics.ReaderRefreshes.Add(1, outcome);
        }
    }

    async Task<RefreshResult> RefreshUncountedAsync(CancellationToken cancellationToken)
    {
        await refreshing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var pin = states.Pin();
            var old = pin.State;
            if (options.Selector.FollowedPointer is not { } pointerKey)
                return new RefreshResult(false, old.RunId, old.RunId, null);
            try
            {
                return await MoveToCurrentAsync(pointerKey, old, cancellationToken).ConfigureAwait(false);
            }
            catch (ShardyFusionException problem) when (problem.Kind == ErrorKind.NoSnapshot || SnapshotOpening.IsUnreadable(problem))
            {
                return new RefreshResult(false, old.RunId, old.RunId, problem.Message);
            }
        }
        finally
        {
            refreshing.Release();
        }
    }

    async Task<RefreshResult> MoveToCurrentAsync(string pointerKey, ReaderState old, CancellationToken cancellationToken)
    {
        var pointer = await context.Catalog.RequirePointerAsync(pointerKey, cancellationToken).ConfigureAwait(false);
        context.LastPointer = pointer;
        var isSame = pointer.ManifestKey == old.Loaded.Key;
        if (isSame && old.FallbackReason is null)
            return new RefreshResult(false, old.RunId, old.RunId, null);
        var loaded = isSame ? old.Loaded : await context.Catalog.LoadManifestAsync(pointer, cancellationToken).ConfigureAwait(false);
        var next = NewState(loaded, null);
        if (states.Replace(next) is not { } left)
        {
            // Closed meanwhile.
            await next.RetireAsync().ConfigureAwait(false);
            throw states.Closed();
        }
        Volatile.Write(ref info, loaded.Manifest.ToInfo(loaded.Ref, store.Root));
        loaded.Manifest.NoteCurrent(store.Root, pointerKey, context.Clock);
        await left.RetireAsync().ConfigureAwait(false);
        return new RefreshResult(!isSame, old.RunId, next.RunId, null);
    }

    /// <summary>Tells how the reader and the store behind it are doing: one request, one more for a look at shards that the
    /// manifest does not describe, and what the options ask for beyond that.</summary>
    /// <param name="options">What to look at.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <returns>The verdict. Failures are findings, never exceptions, except for cancellation and invalid options.</returns>
    /// <remarks>Unhealthy: closed, the store cannot be reached or does not answer in time, the pointer is gone or malformed, or a probed
    /// shard cannot be read. Degraded: older than the threshold, on a fallback, not the current snapshot any more, a build missed, failed
    /// or dead, or little room for the local cache. The parts run beside each other; the check ends half a second after
    /// <see cref="HealthOptions.Timeout"/> at the latest.</remarks>
    public Task<HealthReport> CheckHealthAsync(HealthOptions options, CancellationToken cancellationToken) =>
        CheckHealthAsync(options, isJustOpened: false, cancellationToken);

    internal async Task<HealthReport> CheckHealthAsync(HealthOptions options, bool isJustOpened, CancellationToken cancellationToken)
    {
        HealthOptions.RequireValid(options);
        var health = new ReaderDiagnosis(context);
        return states.TryPin(out var pin) ? await health.CheckAsync(pin, options, isJustOpened, cancellationToken).ConfigureAwait(false)
            : health.OfClosed(states.Closed());
    }

    /// <summary>Opens every shard now instead of at its first use, and reads what else the options ask for.</summary>
    /// <param name="options">How much, how fast.</param>
    /// <param name="progress">Told after each shard, from any thread; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>What is ready. Where memory has no room for all, a <see cref="WarmUpReport.Shortfall"/> says so.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>; <see cref="ErrorKind.ShardCorrupt"/>,
    /// <see cref="ErrorKind.SnapshotIncomplete"/>, <see cref="ErrorKind.ReaderState"/>, or a failure of the store: the first one ends
    /// it.</exception>
    /// <remarks>Shards that nobody asks for close again after <see cref="ReaderOptions.ShardIdleTime"/>.</remarks>
    public async Task<WarmUpReport> WarmUpAsync(WarmUpOptions options, IProgress<ShardProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } faults)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(' ', faults));
        using var pin = states.Pin();
        return await new ReaderWarmUp(context, pin.State).RunAsync(options, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes the reader. Reads in flight finish first, in their own time; files close with the last of them.</summary>
    public async ValueTask DisposeAsync()
    {
        idleTimer?.Dispose();
        if (states.Close() is { } last)
            await last.RetireAsync().ConfigureAwait(false);
    }

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose()
    {
        idleTimer?.Dispose();
        if (states.Close() is { } last)
            _ = last.RetireAsync().AsTask();
    }
}
