using System.Buffers;
using System.Globalization;
using System.Text;

namespace ShardyFusion.Errors;

/// <summary>
/// Makes text safe to show: what steers a terminal (control characters, escape sequences, line and direction marks) is shown as
/// <c>\x1b</c>, <c>\n</c> or <c>\u202e</c> instead of being obeyed. Stateless; safe for concurrent callers.
/// </summary>
/// <remarks>For what people see. Stored files and JSON keep the characters; JSON says them in its own way.</remarks>
static class VisibleText
{
    static readonly SearchValues<char> Steering = SearchValues.Create(
        [.. Range(0, 0x1f), .. Range(0x7f, 0x9f), .. Range(0x2028, 0x2029), .. Range(0x202a, 0x202e), .. Range(0x2066, 0x2069)]);

    /// <summary>Shows the steering characters of <paramref name="text"/>.</summary>
    /// <returns>The same text when there are none; empty for null.</returns>
    public static string Escape(string? text) => Replace(text, firstEscaped: '\0', isJson: false);

    /// <summary>As <see cref="Escape"/> but keeps line breaks, for text that has lines of its own.</summary>
    public static string EscapeLines(string? text) =>
        text is null || !text.Contains('\n', StringComparison.Ordinal) ? Escape(text)
            : string.Join('\n', text.Split('\n').Select(line => Escape(line.TrimEnd('\r'))));

    /// <summary>Escapes them in JSON where JSON need not: DEL, the controls above it, line and direction marks.</summary>
    /// <param name="json">Well-formed JSON: such characters are within its strings only.</param>
    public static string EscapeJson(string json) => Replace(json, firstEscaped: '\x7f', isJson: true);

    static string Replace(string? text, char firstEscaped, bool isJson)
    {
        if (text is null) return "";
        var next = text.AsSpan().IndexOfAny(Steering);
        if (next < 0) return text;
        var shown = new StringBuilder(text.Length + 16);
        var rest = text.AsSpan();
        for (; next >= 0; next = rest.IndexOfAny(Steering))
        {
            shown.Append(rest[..next]);
            if (rest[next] < firstEscaped) shown.Append(rest[next]);
            else Append(shown, rest[next], isJson);
            rest = rest[(next + 1)..];
        }
        return shown.Append(rest).ToString();
    }

    static void Append(StringBuilder shown, char steering, bool isJson)
    {
        if (isJson || steering > 0xff)
        {
            shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)steering:x4}");
            return;
        }
        switch (steering)
        {
            case '\n': shown.Append("\\n"); break;
            case '\r': shown.Append("\\r"); break;
            case '\t': shown.Append("\\t"); break;
            default: shown.Append(CultureInfo.InvariantCulture, $"\\x{(int)steering:x2}"); break;
        }
    }

    static IEnumerable<char> Range(int first, int last) => Enumerable.Range(first, last - first + 1).Select(c => (char)c);
}
