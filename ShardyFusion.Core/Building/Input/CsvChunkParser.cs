using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using ShardyFusion.Manifests;

namespace ShardyFusion.Building.Input;

/// <summary>Parses chunks of one input. One per thread.</summary>
internal interface IChunkParser
{
    /// <summary>Hands every row of the chunk to the sink, in order.</summary>
    void Parse(RecordChunk chunk, IRowSink sink);
}

/// <summary>Parses CSV and TSV.</summary>
internal sealed class CsvChunkParser(CsvHeader header, byte delimiter, ValueEncoding encoding) : IChunkParser
{
    readonly CsvFields fields = new(delimiter, header.Columns.Count + 1);
    readonly SortedJsonWriter json = new();
    readonly byte[][] names = [.. header.ValueColumns.Select(i => Encoding.UTF8.GetBytes(header.Columns[i]))];
    byte[] unescapedKey = [], unescapedValue = [];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Parse(RecordChunk chunk, IRowSink sink)
    {
        var text = chunk.Text;
        // One pass over the whole chunk is far cheaper than one a field; rows are looked at only when it finds something.
        var isClean = IsClean(text);
        var row = chunk.FirstRow;
        for (var position = 0; position < text.Length;)
        {
            var start = position;
            position = fields.Split(text, start);
            if (fields.Count == 1 && RecordScanner.IsBlank(text[start..position].TrimEnd((byte)'\n'))) continue;
            var ordinal = row++;
            var fault = fields.Fault
                ?? (fields.Count != header.Columns.Count ? $"it has {fields.Count} fields, the header has {header.Columns.Count}" : null)
                ?? (isClean || IsClean(text[start..position]) ? null : "it has a NUL byte or bytes that are not UTF-8");
            if (fault is null) Add(text, sink, ordinal);
            else sink.Reject($"{char.ToUpperInvariant(fault[0])}{fault[1..]}.", KeyOrNull(text), ordinal);
        }
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

    string? KeyOrNull(ReadOnlySpan<byte> text) =>
        fields.Fault is null && header.KeyColumn < fields.Count ? Encoding.UTF8.GetString(fields.Text(text, header.KeyColumn, ref unescapedKey)) : null;

    static bool IsClean(ReadOnlySpan<byte> text) => !text.Contains((byte)0) && Utf8.IsValid(text);
}
