namespace ShardyFusion.Stores;

/// <summary>What a store charges for requests and traffic, as the user's price list says. Every figure is zero unless given.</summary>
/// <remarks>Immutable. Deletes cost nothing on any store known to charge for requests, and neither does an attempt that failed; both are
/// left out.</remarks>
public sealed record StorePrices
{
    /// <summary>A gigabyte as stores bill it.</summary>
    const decimal BytesPerGigabyte = 1L << 30;

    /// <summary>Name of the currency, for output only; empty when none was given.</summary>
    public string Currency { get; init; } = "";

    /// <summary>Price of 1,000 PUT, COPY, POST and LIST requests. At least 0.</summary>
    public decimal Per1000Writes { get; init; }

    /// <summary>Price of 1,000 GET and HEAD requests. At least 0.</summary>
    public decimal Per1000Reads { get; init; }

    /// <summary>Price of 2^30 bytes read out of the store. At least 0.</summary>
    public decimal PerGigabyteOut { get; init; }

    /// <summary>What these requests and bytes cost; storage is not part of it.</summary>
    /// <param name="usage">Requests and bytes.</param>
    /// <returns>In <see cref="Currency"/>, not rounded.</returns>
    public decimal EstimateCost(StoreUsage usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        return ((usage.Puts + usage.Lists) * Per1000Writes / 1000) + ((usage.Gets + usage.Heads) * Per1000Reads / 1000)
            + (usage.BytesRead * PerGigabyteOut / BytesPerGigabyte);
    }

    /// <summary>Every fault of these prices, each naming the price; empty when they are valid.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        foreach (var (name, price) in new[] { (nameof(Per1000Writes), Per1000Writes), (nameof(Per1000Reads), Per1000Reads),
            (nameof(PerGigabyteOut), PerGigabyteOut) })
        {
            if (price < 0) faults.Add(FormattableString.Invariant($"Prices.{name} is {price}; it must be at least 0."));
        }
        return faults;
    }
}
