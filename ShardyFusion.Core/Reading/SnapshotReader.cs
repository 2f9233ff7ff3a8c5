using System.Runtime.CompilerServices;
using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Stores;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Reading;

/// <summary>Reads one snapshot, the current one or an older one; a refresh moves it to the one that is current then.</summary>
/// <remarks>Any number of threads may use one reader at once; reads take no lock. Closing it lets reads in flight finish.</remarks>
public sealed partial class SnapshotReader : IAsyncDisposable, IDisposable
{
    readonly ReaderContext context;
    readonly IObjectStore store;
    readonly ReaderOptions options;
    // Null once closed. Whoever replaces it retires the old one afterwards: see PinCounter.
    ReaderState? state;
    SnapshotInfo info;

    SnapshotReader(ReaderContext context, LoadedManifest loaded, string? fallbackReason)
    {
        (this.context, store, options) = (context, context.Store, context.Options);
        state = NewState(loaded, fallbackReason);
        info = loaded.Manifest.ToInfo(loaded.Ref, store.Root);
        idleTimer = StartIdleTimer(options.ShardIdleTime);
        loaded.Manifest.NoteCurrent(store.Root, options.Selector.FollowedPointer, context.Clock);
    }

    internal static async Task<SnapshotReader> OpenAsync(
        SharedStore shared, IObjectStore store, ReaderOptions options, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        SnapshotCatalog.Validate(options.Selector);
        if (options.MaxFallbacks is < 0 or > 100)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, $"MaxFallbacks is {options.MaxFallbacks}; it must be 0..100.");
        if (options.ShardIdleTime <= TimeSpan.Zero)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, $"ShardIdleTime is {options.ShardIdleTime}; it must be positive.");
        if (options.CacheBytes < 0)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, $"CacheBytes is {options.CacheBytes}; it must be at least 0.");
        shared.AddOwner();
        try
        {
            var context = new ReaderContext(shared, store, options, timeProvider);
            var (loaded, fallbackReason, pointer) = await SnapshotOpening.LoadAsync(context.Catalog, options.Selector, options.MaxFallbacks,
                cancellationToken).ConfigureAwait(false);
            context.LastPointer = pointer;
            return new SnapshotReader(context, loaded, fallbackReason);
        }
        finally
        {
            await shared.ReleaseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Opens a snapshot whose manifest may not be written yet. Sends no request.</summary>
    internal static SnapshotReader OpenStaged(SharedStore shared, IObjectStore store, LoadedManifest staged, TimeProvider timeProvider) =>
        new(new ReaderContext(shared, store, new ReaderOptions { Selector = new SnapshotSelector { Ref = staged.Ref } }, timeProvider),
            staged, null);

    /// <summary>The snapshot that is read; after closing, the one that was read last.</summary>
    public SnapshotInfo Info => Volatile.Read(ref info);

    /// <summary>The prefix as an absolute URI without a trailing slash.</summary>
    public string Prefix => store.Root;

    /// <summary>True once it was closed.</summary>
    public bool IsClosed => Volatile.Read(ref state) is null;

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
        try
        {
            using var pin = PinState();
            return pin.State.Slots.Count(condition);
        }
        catch (ShardyFusionException closed) when (closed.Kind == ErrorKind.ReaderState)
        {
            return 0;
        }
    }

    /// <summary>Why an older snapshot is read instead of the current one; null when the right one is read, or the reader is
    /// closed.</summary>
    public string? FallbackReason => Volatile.Read(ref state)?.FallbackReason;

    /// <summary>Holds the snapshot open for gets without any copy.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ReaderState"/>: the reader is closed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReaderPin Pin() => new(PinState());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    StatePin PinState()
    {
        var stripe = PinCounter.CurrentStripe;
        while (true)
        {
            var seen = Volatile.Read(ref state);
            if (seen is null)
                throw Closed();
            seen.Pins.Enter(stripe);
            if (Volatile.Read(ref state) == seen)
                return new StatePin(seen, stripe);
            seen.Leave(stripe);
        }
    }

    ShardyFusionException Closed() => new(ErrorKind.ReaderState, $"The reader of '{store.Root}' is closed.") { Target = store.Root };

    ReaderState NewState(LoadedManifest loaded, string? fallbackReason) =>
        new(loaded, new LoadedShards(loaded.Manifest, new ShardOpener(store, loaded.Manifest, options), context.Shared, MoveToSuccessor),
            fallbackReason);

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
        RequireValid(options);
        var health = new ReaderDiagnosis(context);
        StatePin pin;
        try
        {
            pin = PinState();
        }
        catch (ShardyFusionException closed)
        {
            return health.OfClosed(closed);
        }
        return await health.CheckAsync(pin, options, isJustOpened, cancellationToken).ConfigureAwait(false);
    }

    internal static void RequireValid(HealthOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = options.Validate();
        if (faults.Count > 0)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(" ", faults));
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
        using var pin = PinState();
        return await new ReaderWarmUp(context, pin.State).RunAsync(options, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes the reader. Reads in flight finish first, in their own time; files close with the last of them.</summary>
    public async ValueTask DisposeAsync()
    {
        idleTimer?.Dispose();
        if (Interlocked.Exchange(ref state, null) is { } last)
            await last.RetireAsync().ConfigureAwait(false);
    }

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose()
    {
        idleTimer?.Dispose();
        if (Interlocked.Exchange(ref state, null) is { } last)
            _ = last.RetireAsync().AsTask();
    }
}
