using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Xml;

namespace ShardyFusion.Figures;

/// <summary>Durations as people write them: <c>90</c> (seconds), <c>15m</c>, <c>1.5 h</c>, <c>30d</c>, <c>1.02:30:00</c>, <c>PT15M</c>.
/// Stateless.</summary>
static class DurationText
{
    /// <summary>The longest one, a hundred years: a time that far from now is still a date.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    static readonly (string Name, double Seconds)[] Units =
        [("min", 60), ("ms", .001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400), ("", 1)];

    /// <summary>Reads a duration.</summary>
    /// <param name="text">As written; white space around the number does not count, nor do capitals.</param>
    /// <param name="duration">0..<see cref="Longest"/>.</param>
    /// <param name="fault">The sentence that says what is wrong; null when nothing is.</param>
    /// <returns>False when it is not a duration, or too long.</returns>
    public static bool TryParse(string text, out TimeSpan duration, [NotNullWhen(false)] out string? fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        var word = text.Trim();
        var seconds = word.Contains(':', StringComparison.Ordinal) ? Clock(word) : word.StartsWith('P') ? Iso(word) : Number(word);
        return TryOfSeconds(seconds ?? double.NaN, text, out duration, out fault);
    }

    /// <summary>Takes a number of seconds.</summary>
    /// <inheritdoc cref="TryParse"/>
    public static bool TryOfSeconds(double seconds, string text, out TimeSpan duration, [NotNullWhen(false)] out string? fault)
    {
        // Not a number is neither.
        fault = seconds > Longest.TotalSeconds ? $"'{text}' is too long: at most 36500d."
            : seconds >= 0 ? null
            : $"'{text}' is not a duration. Use seconds, or 15m, 12h, 30d.";
        duration = fault is null ? TimeSpan.FromSeconds(seconds) : default;
        return fault is null;
    }

    static double? Number(string word)
    {
        var unit = Array.Find(Units, unit => word.EndsWith(unit.Name, StringComparison.OrdinalIgnoreCase));
        return double.TryParse(word[..^unit.Name.Length], NumberStyles.AllowDecimalPoint | NumberStyles.AllowTrailingWhite,
            CultureInfo.InvariantCulture, out var count) ? count * unit.Seconds : null;
    }

    static double? Clock(string word) => TimeSpan.TryParse(word, CultureInfo.InvariantCulture, out var span) ? span.TotalSeconds : null;

    /// <summary>ISO 8601 without years and months, which have no length.</summary>
    static double? Iso(string word)
    {
        if (word.Split('T')[0].AsSpan().ContainsAny('Y', 'M')) return null;
        try
        {
            return XmlConvert.ToTimeSpan(word).TotalSeconds;
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            return null;
        }
    }
}
