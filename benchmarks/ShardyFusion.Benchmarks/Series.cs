using System.Text.Json;

namespace ShardyFusion.Benchmarks;

/// <summary>The rounds of one engine at one task.</summary>
/// <param name="Task">What was done.</param>
/// <param name="Engine">Who did it.</param>
/// <param name="Unit">Of the figures.</param>
sealed record Series(string Task, string Engine, string Unit)
{
    public List<double> Values { get; } = [];

    /// <summary>More figures, medians over the rounds.</summary>
    public Dictionary<string, List<double>> Details { get; } = [];

    public double Median => MedianOf(Values);

    public void Add(double value, params (string Name, double Value)[] details)
    {
        Values.Add(value);
        foreach (var (name, detail) in details)
        {
            if (!Details.TryGetValue(name, out var list)) Details[name] = list = [];
            list.Add(detail);
        }
    }

    /// <summary>Reads one series back from <c>results.json</c>.</summary>
    public static Series FromJson(JsonElement json)
    {
        var series = new Series(json.GetProperty(nameof(Task)).GetString()!, json.GetProperty(nameof(Engine)).GetString()!,
            json.GetProperty(nameof(Unit)).GetString()!);
        series.Values.AddRange(Numbers(json.GetProperty(nameof(Values))));
        foreach (var detail in json.GetProperty(nameof(Details)).EnumerateObject()) series.Details[detail.Name] = Numbers(detail.Value);
        return series;
    }

    static List<double> Numbers(JsonElement json) => [.. json.EnumerateArray().Select(n => n.GetDouble())];

    public static double MedianOf(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? double.NaN : sorted.Count % 2 == 1 ? sorted[sorted.Count / 2]
            : (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
