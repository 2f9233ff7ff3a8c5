using ShardyFusion.Reading;
using ShardyFusion.Stores;

namespace ShardyFusion.Measuring;

/// <summary>How a measurement is made.</summary>
public sealed record MeasureOptions
{
    /// <summary>Numbers of shards to measure with, each 1..65,536.</summary>
    public IReadOnlyList<int> ShardCounts { get; init; } = [8, 64, 256];

    /// <summary>Rows of each temporary snapshot, 1..100,000,000. Each count of shards builds two snapshots.</summary>
    public int RowCount { get; init; } = 100_000;

    /// <summary>Bytes of each value, 8..1,048,576. They are random and do not compress.</summary>
    public int ValueBytes { get; init; } = 100;

    /// <summary>Cold gets, 1..10,000.</summary>
    public int ColdGets { get; init; } = 20;

    /// <summary>Warm gets, and keys of all batches together, 1..100,000,000.</summary>
    public int WarmGets { get; init; } = 20_000;

    /// <summary>Keys of a batch, 1..100,000.</summary>
    public int BatchSize { get; init; } = 100;

    /// <summary>Refreshes, 1..10,000; as many again while threads read.</summary>
    public int Refreshes { get; init; } = 10;

    /// <summary>Threads that read during refreshes, 1..256.</summary>
    public int Threads { get; init; } = 10;

    /// <summary>How shards are read.</summary>
    public ReadMode Mode { get; init; } = ReadMode.Auto;

    /// <summary>What the store charges; null when nobody asks.</summary>
    public StorePrices? Prices { get; init; }

    /// <summary>Every fault of these options, each naming the option; empty when they are valid.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        if (ShardCounts.Count == 0) faults.Add("ShardCounts is empty.");
        foreach (var count in ShardCounts) Check(nameof(ShardCounts), count, 65_536);
        Check(nameof(RowCount), RowCount, 100_000_000);
        Check(nameof(ValueBytes), ValueBytes, 1 << 20, 8);
        Check(nameof(ColdGets), ColdGets, 10_000);
        Check(nameof(WarmGets), WarmGets, 100_000_000);
        Check(nameof(BatchSize), BatchSize, 100_000);
        Check(nameof(Refreshes), Refreshes, 10_000);
        Check(nameof(Threads), Threads, 256);
        if (Prices is not null) faults.AddRange(Prices.Validate());
        return faults;

        void Check(string name, int value, int most, int least = 1)
        {
            if (value < least || value > most)
                faults.Add(FormattableString.Invariant($"{name} is {value}; it must be {least}..{most:N0}."));
        }
    }
}
