using System.Runtime.CompilerServices;
using System.Text;

namespace ShardyFusion.Building.Input;

/// <summary>What the bytes of one input mean, for those that cut it into records and fields.</summary>
sealed class CsvDialect
{
    const byte Quotation = (byte)'"';

    CsvDialect()
    {
    }

    /// <summary>A record is a line: JSON Lines.</summary>
    public static CsvDialect Lines { get; } = new() { IsLines = true };

    public byte Delimiter { get; private init; }

    /// <summary>The quote; −1 when quotes are data.</summary>
    public int Quote { get; private init; } = -1;

    /// <summary>True when a quoted field may hold line ends, so that a record may have several lines.</summary>
    public bool SpansLines { get; private init; }

    /// <summary>What a line starts with that is no record; empty for nothing.</summary>
    public byte[] Comment { get; private init; } = [];

    /// <summary>True for lines of white space being blank.</summary>
    bool IsLines { get; init; }

    public static CsvDialect Of(InputFile file, InputFormat format, char? stated)
    {
        var layout = file.Layout;
        var isTsv = format == InputFormat.Tsv;
        int quote = layout.Quote is { } given ? (given == TextLayout.NoQuote ? -1 : given) : isTsv ? -1 : Quotation;
        return new CsvDialect
        {
            Delimiter = (byte)(file.Delimiter ?? stated ?? (isTsv ? '\t' : ',')),
            Quote = quote,
            SpansLines = quote >= 0 && !layout.NoLineBreaks,
            Comment = Encoding.UTF8.GetBytes(layout.Comment ?? ""),
        };
    }

    public bool IsComment(ReadOnlySpan<byte> line) => Comment.Length > 0 && line.StartsWith(Comment);

    /// <summary>True for what is no record.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsIgnored(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty || (line.Length == 1 && line[0] == '\r')) return true;
        return IsLines ? line[0] <= ' ' && !line.ContainsAnyExcept(" \t\r"u8) : IsComment(line);
    }

    /// <summary>One past the quote that closes the quoted text at <paramref name="position"/>, or −1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int QuotedEnd(ReadOnlySpan<byte> text, int position)
    {
        var mark = (byte)Quote;
        while (true)
        {
            var found = text[position..].IndexOf(mark);
            if (found < 0) return -1;
            position += found + 1;
            if (position >= text.Length || text[position] != mark) return position;
            position++;
        }
    }

    /// <summary>Index of the line feed that ends the record at <paramref name="start"/>, or −1 when it lies behind the text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">First byte of the record.</param>
    /// <param name="isWhole">True when no more text is looked at: a quote that is open at its end is closed nowhere.</param>
    /// <remarks>
    /// A quote that opens a field and is closed behind its line, but not by a quote before a delimiter or line end, was never meant to hold
    /// lines: the record ends with the line, so that one stray quote does not take the rows after it along. <see cref="CsvFields"/> decides
    /// by the same rule.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int RecordEnd(ReadOnlySpan<byte> text, int start, bool isWhole)
    {
        if (!SpansLines || (Comment.Length > 0 && IsComment(text[start..]))) return LineEnd(text, start);
        var mark = (byte)Quote;
        var position = start;
        while (true)
        {
            var found = text[position..].IndexOfAny((byte)'\n', mark);
            if (found < 0) return -1;
            position += found;
            if (text[position] == '\n') return position;
            var opens = position == start || text[position - 1] == Delimiter;
            position++;
            if (!opens) continue;
            var opened = position;
            position = QuotedEnd(text, position);
            if (position < 0) return isWhole ? LineEnd(text, opened) : -1;
            if (!IsFieldEnd(text, position) && text[opened..position].Contains((byte)'\n')) return LineEnd(text, opened);
        }
    }

    /// <summary>True when a field may end before <paramref name="position"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsFieldEnd(ReadOnlySpan<byte> text, int position) => position >= text.Length || text[position] == Delimiter
        || text[position] == '\n'
        || (text[position] == '\r' && (position + 1 >= text.Length || text[position + 1] == '\n'));

    public static int LineEnd(ReadOnlySpan<byte> text, int start) => text[start..].IndexOf((byte)'\n') is var end and >= 0 ? start + end
        : -1;

    public static ReadOnlySpan<byte> TrimLineEnd(ReadOnlySpan<byte> line)
    {
        if (line is [.., (byte)'\n']) line = line[..^1];
        return line is [.., (byte)'\r'] ? line[..^1] : line;
    }
}
