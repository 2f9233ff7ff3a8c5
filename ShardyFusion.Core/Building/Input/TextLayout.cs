using ShardyFusion.Errors;

namespace ShardyFusion.Building.Input;

/// <summary>How a CSV or TSV input differs from one header line and rows below it. JSON Lines have no layout.</summary>
public sealed record TextLayout
{
    /// <summary>As <see cref="Quote"/>: quotes are data.</summary>
    public const char NoQuote = '\0';

    /// <summary>What encloses a field that holds delimiters, quotes or line ends; null for the format's own: <c>"</c> in CSV, none in
    /// TSV.</summary>
    public char? Quote { get; init; }
    /// <summary>True when the first row is data; columns without a name in <see cref="Columns"/> are called 1, 2, 3, …</summary>
    public bool NoHeader { get; init; }
    /// <summary>Names of the columns of an input without a header line; null when it has one.</summary>
    public IReadOnlyList<string>? Columns { get; init; }
    /// <summary>Lines dropped before anything else is read.</summary>
    public int SkipLines { get; init; }
    /// <summary>A line that starts with this is no row; null when there are no comments.</summary>
    public string? Comment { get; init; }
    /// <summary>True when the last comment line before the first row is the header.</summary>
    public bool HeaderInComment { get; init; }
    /// <summary>Unquoted fields of exactly this text are null.</summary>
    public IReadOnlyList<string> NullMarkers { get; init; } = [];
    /// <summary>True accepts one empty field more than there are columns.</summary>
    public bool AllowTrailingDelimiter { get; init; }
    /// <summary>True when no field holds a line end: a quote that is not closed on its line is a row error.</summary>
    public bool NoLineBreaks { get; init; }

    internal bool HasHeader => !NoHeader && Columns is null;

    /// <summary>Reads the name of a quote as people give it: <c>none</c> or one character.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: it is neither.</exception>
    public static char? ParseQuote(string? word) => word switch
    {
        null => null,
        [var only] => only,
        _ when word.Equals("none", StringComparison.OrdinalIgnoreCase) => NoQuote,
        _ => throw new ShardyFusionException(ErrorKind.ConfigValidation, $"The quote must be 'none' or one character, not '{word}'."),
    };

    internal IEnumerable<string> Faults()
    {
        if (Quote is { } quote and not NoQuote && (!char.IsAscii(quote) || char.IsAsciiLetterOrDigit(quote) || quote is '\r' or '\n'))
            yield return $"'{quote}' cannot be the quote; it must be one ASCII character that is no letter, digit or line end.";
        if (SkipLines < 0) yield return "The number of lines to skip cannot be negative.";
        if (Comment is { } comment && (comment.Length == 0 || comment.AsSpan().ContainsAny("\r\n\0\"")))
            yield return "What starts a comment must be some text without quotes and line ends.";
        if (HeaderInComment && (Comment is null || !HasHeader))
            yield return "A header in a comment needs the text that starts a comment, and cannot be combined with column names or 'no "
                + "header'.";
        if (Columns is { Count: 0 }) yield return "The list of columns is empty.";
        if (Columns?.GroupBy(c => c, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            yield return $"The column '{twice.Key}' is named twice.";
        if (NoLineBreaks && Quote == NoQuote) yield return "Without quotes no field can hold a line end, so there is nothing to refuse.";
    }
}

/// <summary>What the text of a key or value stands for.</summary>
public enum TextForm
{
    /// <summary>Itself.</summary>
    Text,
    /// <summary>A JSON document.</summary>
    Json,
    /// <summary>Bytes as hexadecimal digits, with or without 0x before them.</summary>
    Hex,
    /// <summary>Bytes as base64.</summary>
    Base64,
}
