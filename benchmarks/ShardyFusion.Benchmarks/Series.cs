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

    public static double MedianOf(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? double.NaN : sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
