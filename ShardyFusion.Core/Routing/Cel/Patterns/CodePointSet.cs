using System.Globalization;
using System.Text;

namespace ShardyFusion.Routing.Cel.Patterns;

/// <summary>A set of characters, as ranges of code points.</summary>
sealed class CodePointSet
{
    const int Last = 0x10FFFF, FirstAstral = 0x10000, FirstSurrogate = 0xD800, LastSurrogate = 0xDFFF;

    // Above it no character has another case.
    const int LastCased = 0x1E943;

    static readonly Lazy<(int[] Cased, int[][] Orbits)> Orbits = new(FindOrbits);

    static readonly Lazy<Dictionary<UnicodeCategory, List<(int First, int Last)>>> categories = new(FindCategories);

    readonly List<(int First, int Last)> ranges = [];

    public static CodePointSet Of(params ReadOnlySpan<(int First, int Last)> ranges)
    {
        var set = new CodePointSet();
        foreach (var (first, last) in ranges) set.Add(first, last);
        return set;
    }

    public static CodePointSet All => Of((0, Last));

    public static CodePointSet ButNewLine => Of((0, '\n' - 1), ('\n' + 1, Last));

    /// <summary>All characters of some general categories.</summary>
    public static CodePointSet OfCategories(Predicate<UnicodeCategory> isOne)
    {
        var set = new CodePointSet();
        foreach (var (category, ranges) in categories.Value)
            if (isOne(category)) set.ranges.AddRange(ranges);
        return set;
    }

    static Dictionary<UnicodeCategory, List<(int First, int Last)>> FindCategories()
    {
        var found = Enum.GetValues<UnicodeCategory>().ToDictionary(category => category, _ => new List<(int First, int Last)>());
        var begin = 0;
        for (var codePoint = 1; codePoint <= Last + 1; codePoint++)
        {
            var category = CharUnicodeInfo.GetUnicodeCategory(begin);
            if (codePoint <= Last && CharUnicodeInfo.GetUnicodeCategory(codePoint) == category) continue;
            found[category].Add((begin, codePoint - 1));
            begin = codePoint;
        }
        return found;
    }

    public void Add(int first, int last) => ranges.Add((first, last));

    public void Add(CodePointSet other) => ranges.AddRange(other.ranges);

    /// <summary>All characters that are not in it.</summary>
    public CodePointSet Negate()
    {
        var negated = new CodePointSet();
        var next = 0;
        foreach (var (first, last) in Merged())
        {
            if (first > next) negated.Add(next, first - 1);
            next = last + 1;
        }
        if (next <= Last) negated.Add(next, Last);
        return negated;
    }

    /// <summary>The set with every other case of its characters.</summary>
    public CodePointSet Fold()
    {
        var folded = new CodePointSet();
        folded.Add(this);
        foreach (var (first, last) in Merged())
        {
            var (cased, orbits) = Orbits.Value;
            var index = Array.BinarySearch(cased, first);
            for (index = index < 0 ? ~index : index; index < cased.Length && cased[index] <= last; index++)
            {
                foreach (var other in orbits[index])
                    if (other < first || other > last) folded.Add(other, other);
            }
        }
        return folded;
    }

    /// <summary>Appends it as a .NET pattern over UTF-16 in which one character is one code point.</summary>
    /// <returns>How many pieces it took.</returns>
    public int AppendTo(StringBuilder pattern)
    {
        var basic = new StringBuilder();
        var astral = new List<string>();
        foreach (var (first, last) in Merged())
        {
            AppendRange(basic, first, Math.Min(last, FirstSurrogate - 1));
            AppendRange(basic, Math.Max(first, LastSurrogate + 1), Math.Min(last, FirstAstral - 1));
            AddAstral(astral, Math.Max(first, FirstAstral), last);
        }
        pattern.Append("(?:");
        // A class of nothing matches nothing.
        if (basic.Length > 0 || astral.Count == 0)
            pattern.Append('[').Append(basic.Length > 0 ? basic : new StringBuilder(@"^\s\S")).Append(']');
        for (var i = 0; i < astral.Count; i++) pattern.Append(i > 0 || basic.Length > 0 ? "|" : "").Append(astral[i]);
        pattern.Append(')');
        return 1 + astral.Count;
    }

    // The pairs of a range: those of its first half, of the halves between, and of its last.
    static void AddAstral(List<string> pieces, int first, int last)
    {
        while (first <= last)
        {
            var offset = first - FirstAstral;
            var high = offset >> 10;
            var lastHigh = (last - FirstAstral) >> 10;
            var wholeHighs = (offset & 0x3FF) == 0 ? ((last + 1 - FirstAstral) >> 10) - high : 0;
            if (wholeHighs > 0)
            {
                pieces.Add($"{Class(0xD800 + high, 0xD800 + high + wholeHighs - 1)}{Class(0xDC00, 0xDFFF)}");
                first += wholeHighs << 10;
                continue;
            }
            var lastLow = high == lastHigh ? (last - FirstAstral) & 0x3FF : 0x3FF;
            pieces.Add($"{Class(0xD800 + high, 0xD800 + high)}{Class(0xDC00 + (offset & 0x3FF), 0xDC00 + lastLow)}");
            first = FirstAstral + (high << 10) + lastLow + 1;
        }
    }

    static string Class(int first, int last)
    {
        var text = new StringBuilder("[");
        AppendRange(text, first, last);
        return text.Append(']').ToString();
    }

    static void AppendRange(StringBuilder text, int first, int last)
    {
        if (first <= last) text.Append(CultureInfo.InvariantCulture, $"\\u{first:X4}-\\u{last:X4}");
    }

    List<(int First, int Last)> Merged()
    {
        var merged = new List<(int First, int Last)>();
        foreach (var range in ranges.Order())
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last + 1)
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, range.Last));
            else merged.Add(range);
        }
        return merged;
    }

    // Characters that share an upper or lower case are cases of each other: k, K and the Kelvin sign; s, S and the long s.
    static (int[] Cased, int[][] Orbits) FindOrbits()
    {
        var byKey = new Dictionary<int, List<int>>();
        for (var codePoint = 0; codePoint <= LastCased; codePoint++)
        {
            if (!Rune.IsValid(codePoint)) continue;
            var rune = new Rune(codePoint);
            var key = Rune.ToLowerInvariant(Rune.ToUpperInvariant(rune)).Value;
            if (key == codePoint && Rune.ToUpperInvariant(rune) == rune) continue;
            if (!byKey.TryGetValue(key, out var orbit)) byKey[key] = orbit = [];
            orbit.Add(codePoint);
        }
        (int CodePoint, int[] Orbit)[] sorted = [.. byKey.Values.Where(orbit => orbit.Count > 1)
            .SelectMany(orbit => orbit.Select(codePoint => (codePoint, orbit.ToArray()))).OrderBy(pair => pair.codePoint)];
        return ([.. sorted.Select(pair => pair.CodePoint)], [.. sorted.Select(pair => pair.Orbit)]);
    }
}
