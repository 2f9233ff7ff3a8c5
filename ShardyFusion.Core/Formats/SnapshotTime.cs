using System.Globalization;

namespace ShardyFusion.Formats;

/// <summary>UTC timestamps as snapshots store them, to the microsecond.</summary>
/// <remarks>In object names the fraction always has six digits; in fields (YAML and JSON) it is dropped when it is zero.</remarks>
static class SnapshotTime
{
    const string NameFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";
    const string WholeSecondFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    // What shardyfusion's readers take: a UTC designator, an offset or (meaning UTC) neither, 0-7 fraction digits.
    static readonly string[] fieldFormats =
        ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd' 'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd' 'HH:mm:ssK"];

    /// <summary>Drops what is finer than a microsecond and moves to UTC, so that a stored time reads back equal.</summary>
    public static DateTimeOffset ToMicroseconds(DateTimeOffset time)
    {
        var utc = time.ToUniversalTime();
        return utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    // A store's clock is known to within two seconds on each side, and tells whole ones.
    static readonly TimeSpan clocksDifferBy = TimeSpan.FromSeconds(5);

    /// <summary>The time of what comes after something else: whoever comes later is later in every list, although the clocks of two
    /// machines agree to within seconds only.</summary>
    /// <param name="clock">Tells the time.</param>
    /// <param name="previous">When the other one was; null when there is none. Farther ahead than clocks differ, it does not count.</param>
    public static DateTimeOffset After(TimeProvider clock, DateTimeOffset? previous)
    {
        var now = ToMicroseconds(clock.GetUtcNow());
        return previous >= now && previous <= now + clocksDifferBy ? previous.Value.AddMicroseconds(1) : now;
    }

    /// <summary>As in an object name: <c>2026-03-14T10:30:00.000000Z</c>, 27 characters.</summary>
    public static string FormatName(DateTimeOffset time) => time.UtcDateTime.ToString(NameFormat, CultureInfo.InvariantCulture);

    /// <summary>Reads <see cref="FormatName"/>'s form and no other.</summary>
    public static bool TryParseName(ReadOnlySpan<char> text, out DateTimeOffset time) => DateTimeOffset.TryParseExact(text, NameFormat,
        CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);

    /// <summary>As in a field: <c>2026-03-14T10:30:00.123456Z</c>, or <c>2026-03-14T10:30:00Z</c> when the microseconds are zero.</summary>
    public static string FormatField(DateTimeOffset time)
    {
        var utc = ToMicroseconds(time).UtcDateTime;
        return utc.ToString(utc.Ticks % TimeSpan.TicksPerSecond == 0 ? WholeSecondFormat : NameFormat, CultureInfo.InvariantCulture);
    }

    /// <summary>Reads a field: any number of fraction digits up to seven, <c>Z</c> or an offset; without either it is UTC.</summary>
    public static bool TryParseField(ReadOnlySpan<char> text, out DateTimeOffset time) => DateTimeOffset.TryParseExact(text, fieldFormats,
        CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
}
