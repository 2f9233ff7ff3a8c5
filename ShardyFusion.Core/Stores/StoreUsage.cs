namespace ShardyFusion.Stores;

/// <summary>Requests and bytes.</summary>
/// <param name="Gets">Whole and ranged reads.</param>
/// <param name="Puts">Writes and parts.</param>
/// <param name="Heads">Metadata reads.</param>
/// <param name="Lists">Listing pages.</param>
/// <param name="Deletes">Delete requests.</param>
/// <param name="Retries">Attempts after the first.</param>
/// <param name="BytesRead">Payload bytes read.</param>
/// <param name="BytesWritten">Payload bytes written.</param>
public sealed record StoreUsage(long Gets, long Puts, long Heads, long Lists, long Deletes, long Retries, long BytesRead, long BytesWritten)
{
    internal static StoreUsage Of(StoreCounters counters) =>
        new(counters.Gets, counters.Puts, counters.Heads, counters.Lists, counters.Deletes,
        counters.Retries, counters.BytesRead, counters.BytesWritten);

    internal StoreUsage Plus(StoreUsage other) => new(Gets + other.Gets, Puts + other.Puts, Heads + other.Heads, Lists + other.Lists,
        Deletes + other.Deletes, Retries + other.Retries, BytesRead + other.BytesRead, BytesWritten + other.BytesWritten);

    internal StoreUsage Since(StoreUsage start) => new(Gets - start.Gets, Puts - start.Puts, Heads - start.Heads, Lists - start.Lists,
        Deletes - start.Deletes, Retries - start.Retries, BytesRead - start.BytesRead, BytesWritten - start.BytesWritten);
}
