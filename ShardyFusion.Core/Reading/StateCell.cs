using System.Runtime.CompilerServices;
using ShardyFusion.Errors;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Reading;

/// <summary>Holds the state that a reader is in, and replaces it while others read: see <see cref="PinCounter"/>.</summary>
/// <remarks>A field of the reader itself and never copied, so that a get goes through no object more.</remarks>
/// <param name="first">The first state.</param>
/// <param name="root">Names the reader in errors.</param>
struct StateCell(ReaderState first, string root)
{
    readonly Lock movingOn = new();
    // Null once closed. Whoever replaces it retires the old one afterwards.
    ReaderState? current = first;

    /// <summary>The state; null once closed.</summary>
    public ReaderState? Current => Volatile.Read(ref current);

    /// <summary>Holds the state for a read.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ReaderState"/>: closed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public StatePin Pin()
    {
        var stripe = PinCounter.CurrentStripe;
        while (true)
        {
            var seen = Volatile.Read(ref current);
            if (seen is null)
                throw Closed();
            seen.Pins.Enter(stripe);
            if (Volatile.Read(ref current) == seen)
                return new StatePin(seen, stripe);
            seen.Leave(stripe);
        }
    }

    /// <summary>As <see cref="Pin"/>, for those who have nothing to do once it is closed.</summary>
    public bool TryPin(out StatePin pin)
    {
        pin = default;
        if (Current is null) return false;
        try
        {
            pin = Pin();
            return true;
        }
        catch (ShardyFusionException closed) when (closed.Kind == ErrorKind.ReaderState)
        {
            return false; // Closed meanwhile.
        }
    }

    /// <summary>Moves to another snapshot.</summary>
    /// <returns>What was left, to be retired; null when it is closed, and <paramref name="next"/> was not taken.</returns>
    public ReaderState? Replace(ReaderState next)
    {
        while (true)
        {
            // Without a gate a state is replaced by its successor only, which is of the same snapshot.
            var left = Volatile.Read(ref current);
            if (left is null || Interlocked.CompareExchange(ref current, next, left) == left) return left;
        }
    }

    /// <summary>Closes it.</summary>
    /// <returns>What was left, to be retired; null when it was closed before.</returns>
    public ReaderState? Close() => Interlocked.Exchange(ref current, null);

    /// <summary>Leaves the state for a successor, so that files that nobody finds any more are closed when nobody reads them any
    /// more.</summary>
    /// <remarks>When the reader has left the snapshot meanwhile, they are closed with its other files.</remarks>
    public void MoveToSuccessor(LoadedShards shards)
    {
        ReaderState left, next;
        List<MappedShard> files;
        lock (movingOn)
        {
            // Taken before the move: a file that leaves after it may be read under the successor.
            files = shards.TakeLeaving();
            if (files.Count == 0) return;
            if (Volatile.Read(ref current) is not { } seen || seen.Shards != shards)
            {
                shards.PutBack(files);
                return;
            }
            (left, next) = (seen, seen.NewSuccessor());
            if (Interlocked.CompareExchange(ref current, next, left) != left)
            {
                shards.PutBack(files);
                return;
            }
        }
        _ = left.RetireAsync(next, files).AsTask();
    }

    /// <summary>What is thrown at those who come too late.</summary>
    public readonly ShardyFusionException Closed() => new(ErrorKind.ReaderState, $"The reader of '{root}' is closed.") { Target = root };
}
