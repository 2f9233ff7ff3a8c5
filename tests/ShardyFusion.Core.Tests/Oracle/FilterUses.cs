using System.Globalization;

namespace ShardyFusion.Core.Tests.Oracle;

/// <summary>What RocksDB's counters say of its use of our filters, by bits a key.</summary>
sealed class FilterUses
{
    // Absent keys that a filter may let through: twice what RocksDB's documentation of such a filter promises, for small numbers of keys.
    static readonly SortedDictionary<double, double> MostLetThrough = new()
    {
        [1] = 0.8,
        [3] = 0.4,
        [4.5] = 0.25,
        [10] = 0.02,
        [20] = 0.002,
        [100] = 0.0005
    };

    readonly SortedDictionary<double, (long Absent, long Useful)> _byBits = [];

    /// <summary>Adds what the driver's <c>ingest</c> said of one file.</summary>
    public void Add(double bitsPerKey, IReadOnlyDictionary<string, long> result, string what)
    {
        var (absent, useful) = _byBits.GetValueOrDefault(bitsPerKey);
        _byBits[bitsPerKey] = (absent + result["missing"], useful + result["bloom_useful"]);
        // Tickers and the thread's own counter agree, every key that is there passes, and without a filter nothing is counted.
        var passed = bitsPerKey == 0 ? (0, 0) : (result["found"], result["missing"] - result["bloom_useful"]);
        Assert.Equal((what, result["bloom_useful"], passed),
            (what, result["bloom_sst_miss"], (result["bloom_true_positive"], result["bloom_full_positive"])));
    }

    /// <summary>Fails where RocksDB got less out of a filter than out of one of its own.</summary>
    public void AssertAsRocksDbs()
    {
        foreach (var (bits, (absent, useful)) in _byBits)
            Assert.True(bits == 0 ? useful == 0 : absent - useful <= absent * MostLetThrough[bits],
                string.Create(CultureInfo.InvariantCulture, $"{bits} bits a key: the filter said no to {useful} of {absent} absent keys"));
    }

    /// <inheritdoc/>
    public override string ToString() => "counts: absent keys that RocksDB did not read for, thanks to our filter: "
        + string.Join("; ", _byBits.Select(pair =>
        string.Create(CultureInfo.InvariantCulture, $"{pair.Key} bits {pair.Value.Useful} of {pair.Value.Absent}")));
}
