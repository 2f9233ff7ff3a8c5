using System.Diagnostics.Metrics;

namespace ShardyFusion.Telemetry;

/// <summary>A counter that keeps its totals itself, so that whoever asks late still learns what happened before. One total for each value
/// of its label.</summary>
sealed class CountMetric : IMetricFamily
{
    readonly StripedTotal[] totals;
    readonly KeyValuePair<string, object?>[] labels;

    /// <param name="meter">Publishes it as <c>shardyfusion.</c> and the name.</param>
    /// <param name="name">Without prefix; ends in <c>_total</c>.</param>
    /// <param name="help">One sentence.</param>
    /// <param name="label">Name of the label; null for a counter without.</param>
    /// <param name="values">Every value of the label.</param>
    public CountMetric(Meter meter, string name, string help, string? label = null, params string[] values)
    {
        (Name, Help) = (name, help);
        totals = [.. Enumerable.Range(0, Math.Max(1, values.Length)).Select(_ => new StripedTotal())];
        labels = [.. values.Select(value => new KeyValuePair<string, object?>(label!, value))];
        meter.CreateObservableCounter(MetricNames.Dotted(name), Observe, description: help);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Help { get; }

    /// <inheritdoc/>
    public string Type => "counter";

    /// <summary>Sum over all labels.</summary>
    public long Value => totals.Sum(static total => total.Value);

    /// <summary>The total of one value of the label.</summary>
    /// <param name="label">Its index.</param>
    public long ValueOf(int label) => totals[label].Value;

    public void Add(long amount = 1, int label = 0) => totals[label].Add(amount);

    /// <inheritdoc/>
    public IEnumerable<MetricSample> Read()
    {
        for (var index = 0; index < totals.Length; index++)
            yield return new MetricSample("", labels.Length == 0 ? [] : [labels[index]], totals[index].Value);
    }

    IEnumerable<Measurement<long>> Observe()
    {
        for (var index = 0; index < totals.Length; index++)
            yield return labels.Length == 0 ? new Measurement<long>(totals[index].Value)
                : new Measurement<long>(totals[index].Value, labels[index]);
    }
}
