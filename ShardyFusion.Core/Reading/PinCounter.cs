using System.Runtime.CompilerServices;

namespace ShardyFusion.Reading;

/// <summary>Counts who uses a reader state, so that its files close when nobody does. Lock-free; threads do not share a cache
/// line.</summary>
/// <remarks>
/// <para>Protocol. A reader publishes its pin (<see cref="Enter"/>, a full fence) and only then checks that the state is still the
/// current one; if it is not, it leaves and tries again. The owner makes another state current and only then calls <see cref="Retire"/>
/// (a full fence). So either the reader sees the change, or the owner sees the pin.</para>
/// <para>After <see cref="Retire"/> the pins of each stripe that passed that check only get fewer, because a pin leaves by the stripe it
/// entered by. A stripe seen at zero therefore stays without valid pins, and all stripes seen at zero one after another mean that
/// nobody uses the state any more.</para>
/// </remarks>
sealed class PinCounter
{
    /// <summary>Stripes, a power of two: far more than threads that run at once, so that two rarely share one.</summary>
    const int StripeCount = 64;

    /// <summary>128 bytes apart: a cache line and the neighbour that the hardware prefetches with it.</summary>
    const int LongsPerStripe = 16;

    // One stripe of padding in front keeps the array's header and length off the first counter's line.
    readonly long[] counts = new long[(StripeCount + 1) * LongsPerStripe];
    int retired;
    int drained;

    /// <summary>The calling thread's stripe.</summary>
    public static int CurrentStripe
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Environment.CurrentManagedThreadId & (StripeCount - 1);
    }

    /// <summary>Adds a pin to a stripe.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter(int stripe) => Interlocked.Increment(ref counts[(stripe + 1) * LongsPerStripe]);

    /// <summary>Takes the pin away again.</summary>
    /// <param name="stripe">The one it was added to, whatever thread calls.</param>
    /// <returns>True for exactly one caller: the last one after <see cref="Retire"/>, who has to close the state.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Leave(int stripe)
    {
        Interlocked.Decrement(ref counts[(stripe + 1) * LongsPerStripe]);
        return Volatile.Read(ref retired) != 0 && ClaimDrained();
    }

    /// <summary>Says that the state is no longer current.</summary>
    /// <returns>True when nobody uses it any more and the caller has to close it; else a later <see cref="Leave"/> returns true.</returns>
    public bool Retire()
    {
        Interlocked.Exchange(ref retired, 1);
        return ClaimDrained();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    bool ClaimDrained()
    {
        for (var stripe = 1; stripe <= StripeCount; stripe++)
        {
            if (Volatile.Read(ref counts[stripe * LongsPerStripe]) != 0)
                return false;
        }
        return Interlocked.CompareExchange(ref drained, 1, 0) == 0;
    }
}
