using System.Runtime.CompilerServices;

namespace ShardyFusion.Building.Input;

/// <summary>The fields of one CSV record, as ranges of the text it was split from. One per thread.</summary>
sealed class CsvFields(CsvDialect dialect, int capacity)
{
    readonly byte delimiter = dialect.Delimiter;
    readonly int quote = dialect.Quote;
    readonly bool spansLines = dialect.SpansLines;
    readonly Field[] fields = new Field[Math.Max(1, capacity)];
    Field surplus;

    /// <summary>Fields of the record that was split last; those beyond the capacity are counted, not kept.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them can be asked for.</summary>
    public int KeptCount => Math.Min(Count, fields.Length);

    /// <summary>What is wrong with that record's quoting; null when nothing is.</summary>
    public string? Fault { get; private set; }

    /// <summary>Where in the text the quote stands that is never closed; −1 when none is.</summary>
    public int OpenQuote { get; private set; }

    /// <summary>True when a field of that record holds a line feed.</summary>
    public bool HasLineBreak { get; private set; }

    /// <summary>Splits the record that starts at <paramref name="start"/>.</summary>
    /// <returns>The first byte after it and its line end.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Split(ReadOnlySpan<byte> text, int start)
    {
        Count = 0;
        Fault = null;
        OpenQuote = -1;
        HasLineBreak = false;
        if (!spansLines && quote >= 0 && CsvDialect.LineEnd(text, start) is var lineEnd and >= 0) text = text[..(lineEnd + 1)];
        var position = start;
        while (true)
        {
            ref var field = ref (Count < fields.Length ? ref fields[Count] : ref surplus);
            Count++;
            var isQuoted = position < text.Length && text[position] == quote;
            var end = position;
            if (isQuoted)
            {
                end = dialect.QuotedEnd(text, position + 1);
                if (end < 0) return EndAtLine(text, position);
            }
            var stop = text[end..].IndexOfAny(delimiter, (byte)'\n');
            var next = stop < 0 ? text.Length : end + stop;
            var isLast = stop < 0 || text[next] == '\n';
            // Only a record's last field can have a carriage return before the line feed.
            var fieldEnd = isLast && next > position && text[next - 1] == '\r' ? next - 1 : next;
            if (isQuoted)
            {
                var content = text[(position + 1)..(end - 1)];
                var isSpecial = content.ContainsAny((byte)quote, (byte)'\n');
                var hasLineBreak = isSpecial && content.Contains((byte)'\n');
                if (fieldEnd > end)
                {
                    if (hasLineBreak) return EndAtLine(text, position);
                    Fault ??= GoesOn(content);
                }
                HasLineBreak |= hasLineBreak;
                field = new Field(position + 1, end - 1, isSpecial, true);
            }
            else
            {
                field = new Field(position, fieldEnd, false, false);
            }
            position = Math.Min(next + 1, text.Length);
            if (isLast) return position;
        }
    }

    /// <summary>True when a quote encloses the field.</summary>
    public bool IsQuoted(int index) => fields[index].IsQuoted;

    /// <summary>True for a field without any character, quotes included.</summary>
    public bool IsEmpty(int index) => fields[index] is { IsQuoted: false } field && field.Start == field.End;

    /// <summary>A field's text without quotes; valid until the next call with the same scratch space.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ReadOnlySpan<byte> Text(ReadOnlySpan<byte> text, int index, ref byte[] unescaped)
    {
        var field = fields[index];
        var raw = text[field.Start..field.End];
        if (!field.MayHoldQuotes) return raw;
        if (unescaped.Length < raw.Length) unescaped = new byte[raw.Length];
        var length = 0;
        while (true)
        {
            // Quotes inside a quoted field come in pairs: keep one of each.
            var found = raw.IndexOf((byte)quote);
            if (found < 0) break;
            raw[..(found + 1)].CopyTo(unescaped.AsSpan(length));
            length += found + 1;
            raw = raw[Math.Min(found + 2, raw.Length)..];
        }
        raw.CopyTo(unescaped.AsSpan(length));
        return unescaped.AsSpan(0, length + raw.Length);
    }

    /// <summary>Ends the record with the line on which the quote at <paramref name="position"/> opens, see
    /// <see cref="CsvDialect.RecordEnd"/>.</summary>
    int EndAtLine(ReadOnlySpan<byte> text, int position)
    {
        OpenQuote = position;
        Fault ??= $"the quote that opens field {Count} is not closed before a delimiter or line end";
        var end = CsvDialect.LineEnd(text, position);
        return end < 0 ? text.Length : end + 1;
    }

    string GoesOn(ReadOnlySpan<byte> content) => $"field {Count} goes on after its closing quote"
        + (content is [.., (byte)'\\'] ? "; a quote inside quotes is written twice, a backslash does not escape it" : "");

    readonly record struct Field(int Start, int End, bool MayHoldQuotes, bool IsQuoted);
}
