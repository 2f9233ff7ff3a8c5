using ShardyFusion.LocalFiles;

namespace ShardyFusion.Snapshots;

/// <summary>What a measurement times.</summary>
public enum MeasuredOperation
{
    /// <summary>A build, from its start to the published pointer; the rate is in rows.</summary>
    Write,
    /// <summary>A get by a reader that is just being opened: pointer, manifest, shard and block have to be fetched. A local disk may still have them in memory.</summary>
    GetCold,
    /// <summary>A get of a key that was read before.</summary>
    GetWarm,
    /// <summary>A get of many keys that were read before; the rate is in keys, the times are those of a whole batch.</summary>
    MultiGet,
    /// <summary>A refresh that moves to another snapshot.</summary>
    Refresh,
    /// <summary>Warm gets by several threads while the reader moves between two snapshots.</summary>
    GetDuringRefresh,
}

/// <summary>How a measurement is made.</summary>
public sealed record MeasureOptions
{
    /// <summary>Numbers of shards to measure with, each 1..65,536.</summary>
    public IReadOnlyList<int> ShardCounts { get; init; } = [8, 64, 256];

    /// <summary>Rows of each throw-away snapshot, 1..100,000,000. Each count of shards builds two snapshots.</summary>
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
            if (value < least || value > most) faults.Add(FormattableString.Invariant($"{name} is {value}; it must be {least}..{most:N0}."));
        }
    }
}

/// <summary>One line of a measurement's table.</summary>
public sealed record MeasureLine
{
    /// <summary>What was timed.</summary>
    public required MeasuredOperation Operation { get; init; }
    /// <summary>Shards of the snapshot.</summary>
    public required int ShardCount { get; init; }
    /// <summary>Rows, gets, keys or refreshes.</summary>
    public required long Count { get; init; }
    /// <summary>How long all of them took.</summary>
    public required TimeSpan Duration { get; init; }
    /// <summary>Half of the calls took at most this long; null for writes, which are timed as a whole.</summary>
    public TimeSpan? P50 { get; init; }
    /// <summary>95 of 100 calls took at most this long; null for writes.</summary>
    public TimeSpan? P95 { get; init; }
    /// <summary>99 of 100 calls took at most this long; null for writes.</summary>
    public TimeSpan? P99 { get; init; }
    /// <summary>Gets that failed or did not find their key.</summary>
    public long Errors { get; init; }
    /// <summary>Requests and bytes of all of them.</summary>
    public required StoreUsage Requests { get; init; }
    /// <summary>What those cost; null without a price list.</summary>
    public decimal? EstimatedCost { get; init; }

    /// <summary>Rows, gets, keys or refreshes a second.</summary>
    public double PerSecond => Count / Math.Max(Duration.TotalSeconds, 1e-9);
}

/// <summary>What a measurement found.</summary>
/// <param name="Prefix">The prefix it was made at.</param>
/// <param name="StartedAt">When, UTC.</param>
/// <param name="Options">How.</param>
/// <param name="Lines">The table: for each count of shards one line an operation, in the order of <see cref="MeasuredOperation"/>.</param>
public sealed record MeasureReport(string Prefix, DateTimeOffset StartedAt, MeasureOptions Options, IReadOnlyList<MeasureLine> Lines)
{
    /// <summary>The table as a drawing: one self-contained SVG image.</summary>
    public string ToSvg() => MeasureChart.Draw(this);

    /// <summary>Writes that drawing to a file, which is there whole or as it was; one that is there is replaced.</summary>
    /// <exception cref="Errors.ShardyFusionException"><see cref="Errors.ErrorKind.ConfigValidation"/>: the file cannot be written.</exception>
    public Task SaveSvgAsync(string path, CancellationToken cancellationToken) => OutputFile.WriteTextAsync(path, ToSvg(), overwrite: true, cancellationToken);
}

/// <summary>How far a measurement is.</summary>
/// <param name="Step">What is timed now, for people.</param>
/// <param name="StepsDone">Steps finished.</param>
/// <param name="StepsTotal">All steps.</param>
public sealed record MeasureProgress(string Step, int StepsDone, int StepsTotal);
