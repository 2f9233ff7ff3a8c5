using System.Globalization;

namespace ShardyFusion.Figures;

/// <summary>Times as people write them: as they are shown, or with an offset. Stateless.</summary>
static class TimeText
{
    /// <summary>Reads a time in the Gregorian calendar, whatever the culture.</summary>
    /// <param name="text">As in <c>2026-01-14 02:00:31Z</c>; without a zone it is UTC.</param>
    /// <param name="time">The time.</param>
    /// <param name="hasZone">False when the text names no zone.</param>
    public static bool TryParse(string text, out DateTimeOffset time, out bool hasZone)
    {
        hasZone = DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var read)
            && read.Kind != DateTimeKind.Unspecified;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }

    /// <summary>The end of the second that a time names when it names no fraction: what is shown is cut to whole seconds.</summary>
    public static DateTimeOffset EndOfSecond(DateTimeOffset time) =>
        time.Ticks % TimeSpan.TicksPerSecond == 0 ? time.AddTicks(TimeSpan.TicksPerSecond - 1) : time;
}
