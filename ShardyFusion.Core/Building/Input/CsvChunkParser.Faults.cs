using System.Text;
using System.Text.Unicode;

namespace ShardyFusion.Building.Input;

sealed partial class CsvChunkParser
{
    /// <summary>What is wrong with the row that was split last, to follow "Row 7: "; null when nothing is.</summary>
    string? FaultOf(RecordChunk chunk, int start, ReadOnlySpan<byte> record, bool isWhole)
    {
        if (IsHeader(record) || (record.StartsWith(ByteOrderMark) && IsHeader(record[ByteOrderMark.Length..]))) return HeaderAgain;
        if (fields.OpenQuote >= 0)
        {
            return $"{fields.Fault} (line {LineOf(chunk, fields.OpenQuote)}); the row was taken to end with that line, and the lines "
                + "after it to be rows of their own";
        }
        return fields.Fault ?? CountFault(chunk.Text, record) ?? (isWhole ? null : "it has a NUL byte or bytes that are not UTF-8");
    }

    const string HeaderAgain = "it is the header line once more, as where files were joined; give the files one by one, or skip this row";

    bool IsHeader(ReadOnlySpan<byte> record) => header.Record.Length > 0 && record.SequenceEqual(header.Record);

    string? CountFault(ReadOnlySpan<byte> text, ReadOnlySpan<byte> record)
    {
        var columns = header.Columns.Count;
        if (fields.Count == columns) return null;
        if (file.Layout.AllowTrailingDelimiter && fields.Count == columns + 1 && fields.IsEmpty(columns)) return null;
        var fault = header.Record.Length > 0 ? $"it has {fields.Count} fields, the header has {columns}"
            : $"it has {fields.Count} fields, {columns} columns are named";
        if (fields.Count == columns + 1 && fields.IsEmpty(columns))
            return $"{fault}; the last one is empty, which can be allowed (a delimiter at the end of rows)";
        if (dialect.Quote >= 0 && HasBlankBeforeQuote(text))
            return $"{fault}; a quote after a blank is data, not the start of a quoted field";
        return record.Contains((byte)'\r') ? $"{fault}; it holds a carriage return without a line feed" : fault;
    }

    bool HasBlankBeforeQuote(ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < fields.KeptCount; i++)
        {
            var field = fields.Text(text, i, ref unescapedValue);
            var trimmed = field.TrimStart((byte)' ');
            if (trimmed.Length < field.Length && trimmed is [var first, ..] && first == dialect.Quote) return true;
        }
        return false;
    }

    static long LineOf(RecordChunk chunk, int position) => chunk.FirstLine + chunk.Text[..position].Count((byte)'\n');

    string? KeyOrNull(ReadOnlySpan<byte> text) =>
        fields.Fault is null && header.KeyColumn < fields.Count
            ? Encoding.UTF8.GetString(fields.Text(text, header.KeyColumn, ref unescapedKey)) : null;

    static bool IsClean(ReadOnlySpan<byte> text) => !text.Contains((byte)0) && Utf8.IsValid(text);
}
