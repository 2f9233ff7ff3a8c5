using System.Collections;
using System.Globalization;
using System.Management.Automation;
using ShardyFusion.Errors;
using ShardyFusion.Figures;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>What the format views show of a property: the same in every culture, and nothing that steers a terminal. Stateless.</summary>
public static class Shown
{
    const int MaxBytes = 32, MaxItems = 20, RandomLength = 32, ShownLength = 8;

    /// <summary>Any value: times as <c>2026-01-14 02:00:31Z</c>, bytes as hexadecimal digits, else its invariant text.</summary>
    public static string Of(object? value) => VisibleText.Escape(Text(value));

    /// <summary>A number with grouped digits; empty for none.</summary>
    public static string Count(long? count) => count is { } number ? ReadableText.Count(number) : "";

    /// <summary>A change, with its sign; empty for none.</summary>
    public static string Change(long? change) => ReadableText.Change(change);

    /// <summary>A number with as many decimals as asked for; empty for none.</summary>
    public static string Number(double? value, int decimals) =>
        value is { } number ? number.ToString($"N{decimals}", CultureInfo.InvariantCulture) : "";

    /// <summary>A size in powers of 1,024; empty for none.</summary>
    public static string Bytes(long? bytes) => ReadableText.Bytes(bytes);

    /// <summary>A run id, cut to as much as tells random ones apart; every command takes that much of it.</summary>
    public static string Run(string? runId) => Of(runId is { Length: RandomLength } && runId.All(char.IsAsciiHexDigitLower)
        ? runId[..ShownLength] : runId);

    /// <summary>A value of a row that changed: of an object the fields that changed alone.</summary>
    public static string Changed(object? value, IReadOnlyList<string>? fields) =>
        fields is not { Count: > 0 } ? Of(value) : ValueFields.Text(value, fields);

    /// <summary>Seconds as <c>hh:mm:ss</c>, days before them; empty for none.</summary>
    public static string Span(double? seconds)
    {
        if (seconds is not { } known) return "";
        var time = TimeSpan.FromSeconds(known);
        var text = time.ToString(Math.Abs(time.TotalDays) >= 1 ? @"d\.hh\:mm\:ss" : @"hh\:mm\:ss", CultureInfo.InvariantCulture);
        return time < TimeSpan.Zero ? "-" + text : text;
    }

    static string? Text(object? value) => (value is PSObject wrapped && wrapped.BaseObject is not PSCustomObject ? wrapped.BaseObject
        : value) switch
    {
        null => null,
        string text => text,
        DateTime time => ReadableText.ShortTime(time),
        DateTimeOffset time => ReadableText.ShortTime(time),
        byte[] bytes => Convert.ToHexString(bytes, 0, Math.Min(MaxBytes, bytes.Length)) + (bytes.Length > MaxBytes ? "..." : ""),
        PSObject custom => $"@{{{Join("; ", custom.Properties.Select(property => $"{property.Name}={Text(property.Value)}"))}}}",
        IDictionary map => $"@{{{Join("; ", map.Keys.Cast<object>().Select(key => $"{Text(key)}={Text(map[key])}"))}}}",
        IEnumerable items => $"{{{Join(", ", items.Cast<object?>().Select(Text))}}}",
        IFormattable plain => plain.ToString(null, CultureInfo.InvariantCulture),
        var other => other.ToString(),
    };

    /// <summary>Only the first few: one more than fit would be cut by the table anyway.</summary>
    static string Join(string separator, IEnumerable<string?> parts)
    {
        var first = parts.Take(MaxItems + 1).ToList();
        return string.Join(separator, first.Take(MaxItems)) + (first.Count > MaxItems ? separator + "..." : "");
    }
}
