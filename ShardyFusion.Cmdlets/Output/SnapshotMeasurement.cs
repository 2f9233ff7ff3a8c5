using System.Globalization;
using ShardyFusion.Measuring;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>One line of a measurement's table.</summary>
public sealed class SnapshotMeasurement
{
    internal SnapshotMeasurement(MeasureReport report, MeasureLine line)
    {
        Prefix = report.Prefix;
        Operation = line.Operation.ToString();
        ShardCount = line.ShardCount;
        Count = line.Count;
        DurationSec = Span.Seconds(line.Duration);
        PerSecond = line.PerSecond;
        P50Ms = Span.Milliseconds(line.P50);
        P95Ms = Span.Milliseconds(line.P95);
        P99Ms = Span.Milliseconds(line.P99);
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
    public string Operation { get; }

    /// <summary>Shards of the snapshot.</summary>
    public int ShardCount { get; }

    /// <summary>Rows, gets, keys or refreshes.</summary>
    public long Count { get; }

    /// <summary>How long all of them took.</summary>
    public double DurationSec { get; }

    /// <summary>Rows, gets, keys or refreshes a second.</summary>
    public double PerSecond { get; }

    /// <summary>Half of the calls took at most this long; null for writes.</summary>
    public double? P50Ms { get; }

    /// <summary>95 of 100 calls took at most this long; null for writes.</summary>
    public double? P95Ms { get; }

    /// <summary>99 of 100 calls took at most this long; null for writes.</summary>
    public double? P99Ms { get; }

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
    public string Milliseconds => P50Ms is null ? "" : string.Create(CultureInfo.InvariantCulture,
        $"{P50Ms:0.####} / {P95Ms:0.####} / {P99Ms:0.####}");

    /// <summary>Reads and writes, for the table.</summary>
    public string Requests => string.Create(CultureInfo.InvariantCulture, $"{Reads:N0} reads, {Writes:N0} writes");
}
