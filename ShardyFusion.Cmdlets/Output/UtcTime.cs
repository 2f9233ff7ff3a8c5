using System.Globalization;
using System.Management.Automation;
using System.Reflection;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>Times as outputs carry them: a <see cref="DateTime"/> in UTC whose text names the zone, in every culture. Stateless.</summary>
/// <remarks><c>Export-Csv</c> and <c>Format-List *</c> show that text, where they would show a bare time of the session's culture;
/// <c>ConvertTo-Json</c> and <c>Export-Clixml</c> take the time itself.</remarks>
public static class UtcTime
{
    static readonly MethodInfo text = typeof(UtcTime).GetMethod(nameof(Text))!;

    /// <summary>The text of a time, as in <c>2026-01-14T02:00:31.204117Z</c>; the fraction is left out when it is zero.</summary>
    /// <param name="time">A <see cref="DateTime"/> in UTC.</param>
    /// <param name="format">Another form, as <see cref="DateTime.ToString(string, IFormatProvider)"/> takes it; null for the one
    /// above.</param>
    /// <param name="provider">The culture of that form; null for the session's.</param>
    public static string Text(PSObject time, string? format = null, IFormatProvider? provider = null) =>
        time?.BaseObject is not DateTime found ? ""
        : format is not null ? found.ToString(format, provider)
        : found.ToString(found.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'",
            CultureInfo.InvariantCulture);

    internal static PSObject Of(DateTimeOffset time)
    {
        var shown = new PSObject(time.UtcDateTime);
        shown.Members.Add(new PSCodeMethod(nameof(ToString), text));
        return shown;
    }

    internal static PSObject? Of(DateTimeOffset? time) => time is { } known ? Of(known) : null;
}
