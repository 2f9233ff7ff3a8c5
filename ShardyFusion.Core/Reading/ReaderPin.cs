using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using ShardyFusion.Errors;
using ShardyFusion.Routing;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Reading;

/// <summary>One snapshot held open for gets without any copy. Dispose it soon, and once: a refresh keeps the old snapshot's files open
/// until then.</summary>
/// <remarks>
/// For one thread. Gets allocate nothing and take no lock. A value is valid until the next get on this thread or the pin's end,
/// whichever comes first. Only shards that are mapped (a local store, or the download mode after the shard was first used
/// asynchronously) can be read; others throw <see cref="ErrorKind.ReaderState"/>.
/// </remarks>
public ref partial struct ReaderPin
{
    /// <summary>Keys up to this many UTF-8 bytes are encoded on the stack.</summary>
    const int StackKeyBytes = 256;

    /// <summary>Longest decimal form of an unsigned 64-bit integer, which is what an integer becomes among text keys.</summary>
    const int MaxIntegerKeyBytes = 20;

    ReaderState? state;
    readonly int stripe;

    internal ReaderPin(StatePin pin)
    {
        state = pin.State;
        stripe = pin.Stripe;
    }

    /// <summary>The snapshot it holds.</summary>
    public readonly string RunId => Held.RunId;

    readonly ReaderState Held
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => state ?? throw NotHeld();
    }

    static ShardyFusionException NotHeld() =>
        new(ErrorKind.ReaderState, "This pin holds no snapshot: it was disposed, or not made by a reader.");

    /// <summary>Finds the value of an integer key.</summary>
    /// <param name="key">The key; among text keys its decimal digits.</param>
    /// <param name="value">The value; see the remarks on how long it is valid. Empty when the key is absent.</param>
    /// <returns>False when the key is absent.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardAssignment"/>: no key of this snapshot can equal it;
    /// <see cref="ErrorKind.ShardCorrupt"/>, <see cref="ErrorKind.SnapshotIncomplete"/>, <see cref="ErrorKind.ReaderState"/>.</exception>
    [SkipLocalsInit]
    public readonly bool TryGet(ulong key, out ReadOnlySpan<byte> value)
    {
        var held = Held;
        Span<byte> stored = stackalloc byte[MaxIntegerKeyBytes];
        if (held.Keys.HasLongKeys && (long)key >= 0)
        {
            // What the codec and the router do for this commonest kind of key, without their detours: a third of a miss's time.
            BinaryPrimitives.WriteUInt64BigEndian(stored, key);
            return Find(held, held.Keys.Router.Route((long)key), stored[..sizeof(ulong)], out value);
        }
        var length = held.Keys.Codec.EncodeU64(key, stored);
        return Find(held, stored[..length], out value);
    }

    /// <summary>Finds the value of a text key; under an integer encoding, of the integer it spells.</summary>
    /// <inheritdoc cref="TryGet(ulong, out ReadOnlySpan{byte})"/>
    [SkipLocalsInit]
    public readonly bool TryGet(scoped ReadOnlySpan<char> key, out ReadOnlySpan<byte> value)
    {
        var held = Held;
        if (System.Text.Encoding.UTF8.GetMaxByteCount(Math.Min(key.Length, StackKeyBytes)) <= StackKeyBytes)
        {
            Span<byte> stored = stackalloc byte[StackKeyBytes];
            var length = held.Keys.Codec.EncodeText(key, stored);
            return Find(held, stored[..length], out value);
        }
        var rented = ArrayPool<byte>.Shared.Rent(KeyCodec.MaxKeyBytes);
        try
        {
            var length = held.Keys.Codec.EncodeText(key, rented);
            return Find(held, rented.AsSpan(0, length), out value);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Finds the value of a key given as its stored bytes: 8 or 4 bytes big-endian, UTF-8, or the raw key, by the snapshot's key
    /// encoding.</summary>
    /// <inheritdoc cref="TryGet(ulong, out ReadOnlySpan{byte})"/>
    public readonly bool TryGet(scoped ReadOnlySpan<byte> storedKey, out ReadOnlySpan<byte> value) => Find(Held, storedKey, out value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool Find(ReaderState held, scoped ReadOnlySpan<byte> stored, out ReadOnlySpan<byte> value) =>
        Find(held, held.Keys.Router.RouteStored(stored), stored, out value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool Find(ReaderState held, int shardId, scoped ReadOnlySpan<byte> stored, out ReadOnlySpan<byte> value)
    {
        // One test of a static field; whoever counts pays for counting.
        if (GetCounting.IsOn)
            ShardyMetrics.ReaderGets.Add();
        var slot = held.SlotOf(shardId);
        if (slot is not null)
            return slot.TryGet(stored, out value);
        value = default;
        return false;
    }

    /// <summary>Lets go of the snapshot.</summary>
    public void Dispose()
    {
        if (state is { } held)
        {
            state = null;
            held.Leave(stripe);
        }
    }
}
