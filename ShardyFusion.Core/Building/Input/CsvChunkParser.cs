using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Values;
using ShardyFusion.Routing.Cel;

namespace ShardyFusion.Building.Input;

/// <summary>Parses chunks of one input. One per thread.</summary>
interface IChunkParser
{
    /// <summary>Hands every row of the chunk to the sink, in order.</summary>
    void Parse(RecordChunk chunk, IRowSink sink);
}

/// <summary>Parses CSV and TSV.</summary>
sealed partial class CsvChunkParser(InputFile file, CsvHeader header, CsvDialect dialect, ValueEncoding encoding, InputNotes notes)
    : IChunkParser
{
    const int MostLineEnd = 2;

    static ReadOnlySpan<byte> ByteOrderMark => [0xef, 0xbb, 0xbf];

    readonly CsvFields fields = new(dialect, header.Columns.Count + 1);
    readonly SortedJsonWriter json = new();
    readonly byte[][] names = [.. header.ValueColumns.Select(i => Encoding.UTF8.GetBytes(header.Columns[i]))];
    readonly byte[][] nullMarkers = [.. file.Layout.NullMarkers.Select(Encoding.UTF8.GetBytes)];
    readonly TextDecoder keyDecoder = new(file.KeyForm), valueDecoder = new(file.ValueForm);
    readonly bool isPlain = file.Layout.NullMarkers.Count == 0 && file.KeyForm == TextForm.Text && file.ValueForm == TextForm.Text;
    byte[] unescapedKey = [], unescapedValue = [];
    int[]? slots;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Parse(RecordChunk chunk, IRowSink sink)
    {
        var text = chunk.Text;
        // One pass over the whole chunk is far cheaper than one a field; rows are looked at only when it finds something.
        var isClean = IsClean(text);
        var row = chunk.FirstRow;
        var hasComments = dialect.Comment.Length > 0;
        var headerStart = header.Record.Length > 0 ? header.Record[0] : -1;
        for (var position = 0; position < text.Length;)
        {
            var start = position;
            if (hasComments && dialect.IsComment(text[start..]))
            {
                position = CsvDialect.LineEnd(text, start) is var end and >= 0 ? end + 1 : text.Length;
                continue;
            }
            position = fields.Split(text, start);
            if (fields.Count == 1 && dialect.IsIgnored(text[start..position].TrimEnd((byte)'\n'))) continue;
            var ordinal = row++;
            var isWhole = isClean || IsClean(text[start..position]);
            var mayBeHeader = text[start] == headerStart && (uint)(position - start - header.Record.Length) <= MostLineEnd;
            if (fields.Fault is not null || fields.Count != header.Columns.Count || !isWhole || mayBeHeader || fields.HasLineBreak
                || text[start] == ByteOrderMark[0])
            {
                if (Refuses(chunk, start..position, isWhole, sink, ordinal)) continue;
            }
            if (sink.Columns is { } columns) SetColumns(text, columns);
            if (isPlain) Add(text, sink, ordinal);
            else AddDecoded(text, sink, ordinal);
        }
    }

    /// <summary>Rejects a row that may be faulty, if it is.</summary>
    bool Refuses(RecordChunk chunk, Range place, bool isWhole, IRowSink sink, long ordinal)
    {
        var start = place.Start.Value;
        var record = chunk.Text[place];
        if (FaultOf(chunk, start, CsvDialect.TrimLineEnd(record), isWhole) is { } fault)
        {
            sink.Reject($"{char.ToUpperInvariant(fault[0])}{fault[1..]}.", KeyOrNull(chunk.Text), ordinal);
            return true;
        }
        if (record.StartsWith(ByteOrderMark)) notes.AddByteOrderMark(ordinal);
        if (fields.HasLineBreak) notes.LookAtLines(record, dialect.Delimiter, header.Columns.Count, ordinal, LineOf(chunk, start));
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Add(ReadOnlySpan<byte> text, IRowSink sink, long ordinal)
    {
        var key = fields.Text(text, header.KeyColumn, ref unescapedKey);
        ReadOnlySpan<byte> value;
        if (header.IsSingleValue)
        {
            value = fields.Text(text, header.ValueColumns[0], ref unescapedValue);
            if (encoding == ValueEncoding.Json)
            {
                json.Clear();
                json.String(value);
                value = json.Written;
            }
        }
        else
        {
            json.Clear();
            json.StartObject();
            for (var i = 0; i < names.Length; i++)
            {
                json.Name(names[i]);
                json.String(fields.Text(text, header.ValueColumns[i], ref unescapedValue));
            }
            json.EndObject();
            value = json.Written;
        }
        sink.Add(key, value, ordinal);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void SetColumns(ReadOnlySpan<byte> text, CelColumns columns)
    {
        columns.Clear();
        slots ??= [.. file.RoutingFields.Select(columns.SlotOf)];
        for (var i = 0; i < slots.Length; i++)
        {
            var column = header.RoutingColumns[i];
            if (!IsNull(text, column)) columns.SetFromText(slots[i], fields.Text(text, column, ref unescapedValue));
        }
    }

    /// <summary>As <see cref="Add"/>, for fields that stand for something else than their text.</summary>
    void AddDecoded(ReadOnlySpan<byte> text, IRowSink sink, long ordinal)
    {
        var key = fields.Text(text, header.KeyColumn, ref unescapedKey);
        string? fault = IsNull(text, header.KeyColumn)
            ? $"Its key is null (it is the null marker '{Encoding.UTF8.GetString(key)}')."
            : keyDecoder.Decode(key, out key) is { } reason ? $"Its key {reason}." : null;
        ReadOnlySpan<byte> value = default;
        if (fault is null) fault = header.IsSingleValue ? DecodeValue(text, out value) : WriteObject(text, out value);
        if (fault is null) sink.Add(key, value, ordinal);
        else sink.Reject(fault, KeyOrNull(text), ordinal);
    }

    string? DecodeValue(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> value)
    {
        var column = header.ValueColumns[0];
        value = fields.Text(text, column, ref unescapedValue);
        if (IsNull(text, column))
        {
            value = "null"u8;
            return encoding == ValueEncoding.Json ? null : NullValue(header.Columns[column]);
        }
        if (valueDecoder.Decode(value, out value) is { } reason) return $"Its field '{header.Columns[column]}' {reason}.";
        if (file.ValueForm is TextForm.Hex or TextForm.Base64 && encoding == ValueEncoding.Utf8 && !Utf8.IsValid(value))
            return $"Its field '{header.Columns[column]}' holds bytes that are not UTF-8, and values are text; store them as raw.";
        if (file.ValueForm == TextForm.Text && encoding == ValueEncoding.Json)
        {
            json.Clear();
            json.String(value);
            value = json.Written;
        }
        return null;
    }

    string? WriteObject(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> value)
    {
        json.Clear();
        json.StartObject();
        for (var i = 0; i < names.Length; i++)
        {
            json.Name(names[i]);
            if (IsNull(text, header.ValueColumns[i])) json.Null();
            else json.String(fields.Text(text, header.ValueColumns[i], ref unescapedValue));
        }
        json.EndObject();
        value = json.Written;
        return null;
    }

    /// <summary>A null that a text cannot be.</summary>
    internal static string NullValue(string field) =>
        $"Its field '{field}' is null, and a value that is text has no null; the value encoding json keeps it.";

    bool IsNull(ReadOnlySpan<byte> text, int column)
    {
        if (nullMarkers.Length == 0 || fields.IsQuoted(column)) return false;
        var content = fields.Text(text, column, ref unescapedValue);
        foreach (var marker in nullMarkers)
            if (content.SequenceEqual(marker)) return true;
        return false;
    }
}
