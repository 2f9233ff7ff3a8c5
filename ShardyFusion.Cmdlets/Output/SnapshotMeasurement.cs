using System.Globalization;
using ShardyFusion.Measuring;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>One line of a measurement's table.</summary>
public sealed class SnapshotMeasurement
{
    internal SnapshotMeasurement(MeasureReport report, MeasureLine line)
    {
        Prefix = report.Prefix;
        Operation = line.Operation;
        ShardCount = line.ShardCount;
        Count = line.Count;
        Duration = line.Duration;
        PerSecond = line.PerSecond;
        P50 = line.P50;
        P95 = line.P95;
        P99 = line.P99;
        Errors = line.Errors;
        Reads = line.Requests.Gets + line.Requests.Heads;
        Writes = line.Requests.Puts + line.Requests.Lists;
        Deletes = line.Requests.Deletes;
        BytesRead = line.Requests.BytesRead;
        BytesWritten = line.Requests.BytesWritten;
        EstimatedCost = line.EstimatedCost;
        CostCurrency = report.Options.Prices?.Currency;
    }

    /// <summary>Where it was measured.</summary>
    public string Prefix { get; }

    /// <summary>What was timed.</summary>
    public MeasuredOperation Operation { get; }

    /// <summary>Shards of the snapshot.</summary>
    public int ShardCount { get; }

    /// <summary>Rows, gets, keys or refreshes.</summary>
    public long Count { get; }

    /// <summary>How long all of them took.</summary>
    public TimeSpan Duration { get; }

    /// <summary>Rows, gets, keys or refreshes a second.</summary>
    public double PerSecond { get; }

    /// <summary>Half of the calls took at most this long; null for writes.</summary>
    public TimeSpan? P50 { get; }

    /// <summary>95 of 100 calls took at most this long; null for writes.</summary>
    public TimeSpan? P95 { get; }

    /// <summary>99 of 100 calls took at most this long; null for writes.</summary>
    public TimeSpan? P99 { get; }

    /// <summary>Gets that failed or did not find their key.</summary>
    public long Errors { get; }

    /// <summary>Requests charged as reads: gets and heads.</summary>
    public long Reads { get; }

    /// <summary>Requests charged as writes: puts and lists.</summary>
    public long Writes { get; }

    /// <summary>Delete requests.</summary>
    public long Deletes { get; }

    /// <summary>Bytes read by requests.</summary>
    public long BytesRead { get; }

    /// <summary>Bytes written.</summary>
    public long BytesWritten { get; }

    /// <summary>What the requests cost; null without a price list.</summary>
    public decimal? EstimatedCost { get; }

    /// <summary>Of that cost; null without a price list.</summary>
    public string? CostCurrency { get; }

    /// <summary>The three times in milliseconds, for the table; empty for writes.</summary>
    public string Milliseconds => P50 is null ? "" : string.Create(CultureInfo.InvariantCulture,
        $"{P50.Value.TotalMilliseconds:0.####} / {P95!.Value.TotalMilliseconds:0.####} / {P99!.Value.TotalMilliseconds:0.####}");

    /// <summary>Reads and writes, for the table.</summary>
    public string Requests => string.Create(CultureInfo.InvariantCulture, $"{Reads:N0} r, {Writes:N0} w");
}
