using System.Runtime.CompilerServices;

namespace ShardyFusion.Telemetry;

/// <summary>A total that any number of threads add to without sharing a cache line. Only ever grows.</summary>
sealed class StripedTotal
{
    /// <summary>Stripes, a power of two.</summary>
    const int StripeCount = 16;

    /// <summary>128 bytes apart: a cache line and the neighbour that the hardware prefetches with it.</summary>
    const int LongsPerStripe = 16;

    // One stripe of padding in front keeps the array's header and length off the first total's line.
    readonly long[] totals = new long[(StripeCount + 1) * LongsPerStripe];

    /// <summary>Sum over all threads; additions under way may or may not be in it.</summary>
    public long Value
    {
        get
        {
            var sum = 0L;
            for (var stripe = 1; stripe <= StripeCount; stripe++) sum += Interlocked.Read(ref totals[stripe * LongsPerStripe]);
            return sum;
        }
    }

    /// <summary>Adds to the calling thread's stripe.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(long amount) =>
        Interlocked.Add(ref totals[((Environment.CurrentManagedThreadId & (StripeCount - 1)) + 1) * LongsPerStripe], amount);
}
