using System.Runtime.CompilerServices;

namespace ShardyFusion.Building.Input;

/// <summary>The fields of one CSV record, as ranges of the text it was split from. One per thread.</summary>
internal sealed class CsvFields(byte delimiter, int capacity)
{
    Field[] fields = new Field[Math.Max(1, capacity)];

    /// <summary>Fields of the record that was split last.</summary>
    public int Count { get; private set; }

    /// <summary>What is wrong with that record's quoting; null when nothing is.</summary>
    public string? Fault { get; private set; }

    /// <summary>Splits the record that starts at <paramref name="start"/>.</summary>
    /// <returns>The first byte after it and its line end.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Split(ReadOnlySpan<byte> text, int start)
    {
        Count = 0;
        Fault = null;
        var position = start;
        while (true)
        {
            if (Count == fields.Length) Array.Resize(ref fields, fields.Length * 2);
            ref var field = ref fields[Count++];
            var isQuoted = position < text.Length && text[position] == '"';
            var end = position;
            if (isQuoted)
            {
                end = RecordScanner.QuotedEnd(text, position + 1);
                if (end < 0) end = text.Length;
            }
            var stop = text[end..].IndexOfAny(delimiter, (byte)'\n');
            var next = stop < 0 ? text.Length : end + stop;
            var isLast = stop < 0 || text[next] == '\n';
            // Only a record's last field can have a carriage return before the line feed.
            var fieldEnd = isLast && next > position && text[next - 1] == '\r' ? next - 1 : next;
            if (isQuoted)
            {
                if (fieldEnd > end) Fault ??= $"field {Count} goes on after its closing quote";
                field = new Field(position + 1, end - 1, text[(position + 1)..(end - 1)].Contains((byte)'"'));
            }
            else
            {
                field = new Field(position, fieldEnd, false);
            }
            position = Math.Min(next + 1, text.Length);
            if (isLast) return position;
        }
    }

    /// <summary>A field's text without quotes; valid until the next call with the same scratch space.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ReadOnlySpan<byte> Text(ReadOnlySpan<byte> text, int index, ref byte[] unescaped)
    {
        var field = fields[index];
        var raw = text[field.Start..field.End];
        if (!field.HasQuotes) return raw;
        if (unescaped.Length < raw.Length) unescaped = new byte[raw.Length];
        var length = 0;
        while (true)
        {
            // Quotes inside a quoted field come in pairs: keep one of each.
            var quote = raw.IndexOf((byte)'"');
            if (quote < 0) break;
            raw[..(quote + 1)].CopyTo(unescaped.AsSpan(length));
            length += quote + 1;
            raw = raw[Math.Min(quote + 2, raw.Length)..];
        }
        raw.CopyTo(unescaped.AsSpan(length));
        return unescaped.AsSpan(0, length + raw.Length);
    }

    readonly record struct Field(int Start, int End, bool HasQuotes);
}
