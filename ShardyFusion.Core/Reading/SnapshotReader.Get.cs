using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using ShardyFusion.Errors;
using ShardyFusion.Routing;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Reading;

public sealed partial class SnapshotReader
{
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
        using var pin = PinState();
        return Prepare(pin.State.Keys, key, context).ShardId;
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
        using var pin = PinState();
        try
        {
            prepared = Prepare(pin.State.Keys, key, context);
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

    static PreparedKey Prepare(KeySpace space, object key, RoutingContext? context)
    {
        var stored = space.Codec.ConvertLookup(key);
        return new PreparedKey(key, context, stored,
            context is null ? space.Router.RouteStored(stored) : space.Router.RouteStored(stored, context), space);
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
        var pin = PinState();
        var isHandedOver = false;
        try
        {
            var held = pin.State;
            var prepared = Prepare(held.Keys, key, context);
            var slot = held.SlotOf(prepared.ShardId);
            if (slot is null)
                return ValueTask.FromResult(Result(held, prepared, null, LookupSource.Filter));
            if (slot.TryGetMapped() is { } mapped)
                return ValueTask.FromResult(GetMapped(held, mapped, prepared));
            isHandedOver = true;
            return GetOpeningAsync(pin, slot, prepared, cancellationToken);
        }
        finally
        {
            if (!isHandedOver)
                pin.Dispose();
        }
    }

    static async ValueTask<LookupResult> GetOpeningAsync(StatePin pin, ShardSlot slot, PreparedKey prepared,
        CancellationToken cancellationToken)
    {
        using (pin)
        {
            using var activity = ShardyActivities.Start("get");
            activity?.SetTag("db_id", prepared.ShardId);
            var open = await slot.OpenAsync(cancellationToken).ConfigureAwait(false);
            if (open.Remote is not { } remote)
                return GetMapped(pin.State, open, prepared);
            var source = open.SourceOf(prepared.Stored);
            var value = await remote.GetAsync(prepared.Stored, cancellationToken).ConfigureAwait(false);
            return Result(pin.State, prepared, value?.ToArray(), source);
        }
    }

    static LookupResult GetMapped(ReaderState held, OpenShard open, PreparedKey prepared)
    {
        var isFound = open.Mapped!.TryGet(prepared.Stored, out var value);
        return Result(held, prepared, isFound ? value.ToArray() : null, isFound ? LookupSource.Disk : open.SourceOf(prepared.Stored));
    }

    static LookupResult Result(ReaderState held, PreparedKey prepared, byte[]? value, LookupSource source) => new()
    {
        Key = prepared.Key,
        Found = value is not null,
        Value = value,
        ShardId = prepared.ShardId,
        RunId = held.RunId,
        ValueEncoding = held.Loaded.Manifest.Required.ValueEncoding,
        Source = source,
    };
}
