using System.Globalization;

namespace ShardyFusion.Figures;

/// <summary>Numbers, sizes and times as people read them, the same in every culture.</summary>
static class ReadableText
{
    /// <summary>As in <c>1,234,567</c>.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>As in <c>+1,234</c>, <c>-5</c>, <c>0</c>; empty when unknown.</summary>
    public static string Change(long? change) => change is { } rows ? rows.ToString("+#,0;-#,0;0", CultureInfo.InvariantCulture) : "";

    /// <summary>As in <c>12.3 MiB</c>, in powers of 1,024; empty when unknown. <see cref="SizeText"/> reads it again.</summary>
    public static string Bytes(long? bytes)
    {
        if (bytes is not { } size) return "";
        if (size < 1024) return string.Create(CultureInfo.InvariantCulture, $"{size} B");
        var unit = 0;
        double value = size / 1024.0;
        for (; Math.Round(value, 1) >= 1024 && unit < SizeText.Units.Length - 1; unit++) value /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.0} {SizeText.Units[unit]}iB");
    }

    /// <summary>As in <c>1.5 h</c>: the unit grows with the time.</summary>
    public static string Duration(TimeSpan span) => span switch
    {
        { TotalSeconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.00} s"),
        { TotalMinutes: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0} s"),
        { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0.0} min"),
        { TotalDays: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0.0} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalDays:0.0} d"),
    };

    /// <summary>To the second, UTC, as in <c>2026-01-14 02:00:31Z</c>.</summary>
    public static string ShortTime(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A number and its word, as in <c>1 row</c>, <c>2 rows</c>.</summary>
    public static string Plural(long count, string word) => $"{Count(count)} {word}{(count == 1 ? "" : "s")}";

    /// <summary>A change relative to what was before, as in <c>+0.8 %</c>; empty when that was nothing.</summary>
    internal static string RelativeChange(long change, long before) =>
        before <= 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{100.0 * change / before:+0.##;-0.##;0} %");

    /// <summary>A share, as in <c>12.5 %</c>; 0 % of nothing.</summary>
    internal static string Share(long part, long whole) =>
        string.Create(CultureInfo.InvariantCulture, $"{(whole > 0 ? 100.0 * part / whole : 0):0.#} %");

    /// <summary>A share to be set behind a number, as in <c> (12.53 %)</c>; empty for a share of nothing.</summary>
    internal static string ShareNote(long part, long whole) =>
        whole == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({part * 100.0 / whole:0.##} %)");

    /// <summary>At most four characters and a unit, as on the axis of a chart: <c>1.2 M</c>.</summary>
    internal static string Compact(double value) => value switch
    {
        < 1_000 => value.ToString("0.##", CultureInfo.InvariantCulture),
        < 1e6 => (value / 1e3).ToString("0.##", CultureInfo.InvariantCulture) + " k",
        < 1e9 => (value / 1e6).ToString("0.##", CultureInfo.InvariantCulture) + " M",
        _ => (value / 1e9).ToString("0.##", CultureInfo.InvariantCulture) + " G",
    };
}
