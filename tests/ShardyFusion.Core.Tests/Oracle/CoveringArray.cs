namespace ShardyFusion.Core.Tests.Oracle;

/// <summary>One setting and the values that it takes.</summary>
public sealed record Dimension(string Name, params string[] Values);

/// <summary>Few configurations in which every value of every dimension meets every value of every other.</summary>
public static class CoveringArray
{
    /// <summary>Makes them, greedily: each next one is the best of some random ones at pairs of values not met yet.</summary>
    /// <param name="dimensions">At least two.</param>
    /// <param name="atLeast">Random ones follow until there are that many.</param>
    /// <param name="random">The same seed gives the same configurations.</param>
    /// <returns>One value a dimension, by the dimension's name.</returns>
    public static List<Dictionary<string, string>> Make(IReadOnlyList<Dimension> dimensions, int atLeast, Random random)
    {
        const int Candidates = 30;
        var open = new HashSet<(int, int, int, int)>();
        for (var a = 0; a < dimensions.Count; a++)
            for (var b = a + 1; b < dimensions.Count; b++)
                for (var i = 0; i < dimensions[a].Values.Length; i++)
                    for (var j = 0; j < dimensions[b].Values.Length; j++)
                        open.Add((a, i, b, j));
        var all = new List<Dictionary<string, string>>();
        while (open.Count > 0 || all.Count < atLeast)
        {
            var best = Enumerable.Range(0, open.Count > 0 ? Candidates : 1).Select(_ => Candidate(dimensions, open, random))
                .MaxBy(candidate => PairsOf(candidate).Count(open.Contains))!;
            open.ExceptWith(PairsOf(best));
            all.Add(best.Select((value, d) => (dimensions[d].Name, Value: dimensions[d].Values[value])).ToDictionary(pair => pair.Name,
                pair => pair.Value));
        }
        return all;
    }

    // Starts from a pair that is open, so that the last few are found too.
    static int[] Candidate(IReadOnlyList<Dimension> dimensions, HashSet<(int, int, int, int)> open, Random random)
    {
        var values = dimensions.Select(dimension => random.Next(dimension.Values.Length)).ToArray();
        if (open.Count > 0)
        {
            var (a, i, b, j) = open.ElementAt(random.Next(open.Count));
            (values[a], values[b]) = (i, j);
        }
        return values;
    }

    static IEnumerable<(int, int, int, int)> PairsOf(int[] values)
    {
        for (var a = 0; a < values.Length; a++)
            for (var b = a + 1; b < values.Length; b++)
                yield return (a, values[a], b, values[b]);
    }
}
