using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace ShardyFusion.Telemetry;

/// <summary>A histogram of durations that keeps its buckets itself and hands each duration to listeners too.</summary>
sealed class DurationMetric : IMetricFamily
{
    readonly double[] boundsSeconds;
    readonly KeyValuePair<string, object?>[] boundLabels;
    readonly long[] counts;
    readonly Histogram<double> histogram;
    // Ticks of 100 ns: a sum of doubles would need a loop to add to.
    long sumTicks;

    /// <param name="meter">Publishes it as <c>shardyfusion.</c> and the name, in seconds.</param>
    /// <param name="name">Without prefix; ends in <c>_seconds</c>.</param>
    /// <param name="help">One sentence.</param>
    /// <param name="boundsSeconds">Upper bounds of the buckets, ascending; one above all of them is added.</param>
    public DurationMetric(Meter meter, string name, string help, double[] boundsSeconds)
    {
        (Name, Help, this.boundsSeconds) = (name, help, boundsSeconds);
        boundLabels = [.. boundsSeconds.Select(bound => bound.ToString("R", CultureInfo.InvariantCulture)).Append("+Inf")
            .Select(bound => new KeyValuePair<string, object?>("le", bound))];
        counts = new long[boundsSeconds.Length + 1];
        histogram = meter.CreateHistogram(MetricNames.Dotted(name), "s", help,
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = boundsSeconds });
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Help { get; }

    /// <inheritdoc/>
    public string Type => "histogram";

    /// <summary>True when someone listens to the histogram itself.</summary>
    public bool HasListener => histogram.Enabled;

    /// <summary>Durations so far.</summary>
    public long Count => counts.Sum();

    /// <summary>Adds the time since <paramref name="startTimestamp"/> of <see cref="Stopwatch"/>.</summary>
    public void AddSince(long startTimestamp) => Add(Stopwatch.GetElapsedTime(startTimestamp));

    public void Add(TimeSpan duration)
    {
        var seconds = duration.TotalSeconds;
        var bucket = 0;
        while (bucket < boundsSeconds.Length && seconds > boundsSeconds[bucket]) bucket++;
        Interlocked.Increment(ref counts[bucket]);
        Interlocked.Add(ref sumTicks, duration.Ticks);
        histogram.Record(seconds);
    }

    /// <inheritdoc/>
    public IEnumerable<MetricSample> Read()
    {
        var below = 0L;
        for (var bucket = 0; bucket < counts.Length; bucket++)
        {
            below += Interlocked.Read(ref counts[bucket]);
            yield return new MetricSample("_bucket", [boundLabels[bucket]], below);
        }
        yield return new MetricSample("_sum", [], new TimeSpan(Interlocked.Read(ref sumTicks)).TotalSeconds);
        // The same as the last bucket even while others add.
        yield return new MetricSample("_count", [], below);
    }
}
