using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace ShardyFusion.Telemetry;

/// <summary>The current snapshot of each prefix, as this process published or read it last.</summary>
static class SeenSnapshots
{
    static readonly ConcurrentDictionary<string, Seen> ByPrefix = new(StringComparer.Ordinal);

    /// <summary>Notes what is current.</summary>
    /// <param name="prefix">Absolute.</param>
    /// <param name="createdAt">From the manifest.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="bytes">Bytes of its shard files; null when the manifest does not say.</param>
    /// <param name="clock">Tells its age later.</param>
    public static void Note(string prefix, DateTimeOffset createdAt, long rows, long? bytes, TimeProvider clock) =>
        ByPrefix[prefix] = new Seen(createdAt, rows, bytes, clock);

    /// <summary>Tells no more of a prefix.</summary>
    public static void Forget(string prefix) => ByPrefix.TryRemove(prefix, out _);

    /// <summary>One figure of each prefix that has it.</summary>
    public static IEnumerable<Measurement<double>> Read(Func<Seen, double?> figure)
    {
        foreach (var (prefix, seen) in ByPrefix.OrderBy(static p => p.Key, StringComparer.Ordinal))
            if (figure(seen) is { } value) yield return new Measurement<double>(value, new KeyValuePair<string, object?>("prefix", prefix));
    }

    internal sealed record Seen(DateTimeOffset CreatedAt, double Rows, double? Bytes, TimeProvider Clock)
    {
        public double AgeSeconds => Math.Max(0, (Clock.GetUtcNow() - CreatedAt).TotalSeconds);
    }
}
