using System.Text;
using System.Text.Unicode;
using ShardyFusion.Building.Input;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Values;
using ShardyFusion.Parquet.Columns;
using ShardyFusion.Parquet.Format;

namespace ShardyFusion.Parquet.Rows;

/// <summary>Reads values that are one column's bare content. For one thread.</summary>
sealed class SingleValue
{
    readonly ValueEncoding encoding;
    readonly byte[]? fixedText;
    readonly NodeWriter? writer;
    readonly int definedFrom;
    readonly SortedJsonWriter json = new();
    readonly TextDecoder documents = new(TextForm.Json);

    /// <param name="pick">The column.</param>
    /// <param name="encoding">How values are stored.</param>
    /// <param name="open">Opens a leaf.</param>
    public SingleValue(ColumnPick pick, ValueEncoding encoding, Func<int, LeafCursor> open)
    {
        (Name, this.encoding) = (pick.Name, encoding);
        fixedText = pick.Text is { } text ? Encoding.UTF8.GetBytes(text) : null;
        if (pick.Node is not { } node) return;
        writer = NodeWriter.Of(node, open);
        definedFrom = node.DefinedFrom;
    }

    /// <summary>The column's name.</summary>
    public string Name { get; }

    /// <summary>What values of a column are when nobody says: bytes, or text.</summary>
    public static ValueEncoding NaturalOf(ColumnPick pick) =>
        pick.Node?.Type?.Kind == ValueKind.Bytes ? ValueEncoding.Raw : ValueEncoding.Utf8;

    /// <summary>The value of the row.</summary>
    /// <param name="fault">Why there is none, as a sentence; null when there is one.</param>
    /// <returns>Good until the column goes on.</returns>
    public ReadOnlySpan<byte> Read(out string? fault)
    {
        fault = null;
        if (writer is null) return fixedText is null ? Null(out fault) : AsText(fixedText);
        if (writer.First.Definition < definedFrom || writer.First.Type.Kind == ValueKind.Null) return Null(out fault);
        if (encoding == ValueEncoding.Json && writer.First.Type.IsJson && writer is ValueWriter)
        {
            if (documents.Decode(writer.First.Bytes, out var document) is { } reason) fault = $"Its field '{Name}' {reason}.";
            return document;
        }
        if (encoding == ValueEncoding.Json || writer is not ValueWriter value)
        {
            json.Clear();
            writer.Write(json);
            return json.Written;
        }
        switch (writer.First.Type.Kind)
        {
            case ValueKind.Text or ValueKind.Bytes:
                var bytes = writer.First.Bytes;
                if (encoding == ValueEncoding.Utf8 && !Utf8.IsValid(bytes))
                    fault = $"Its field '{Name}' holds bytes that are not UTF-8, and values are text; store them as raw.";
                return bytes;
            default: return value.Text(out _);
        }
    }

    ReadOnlySpan<byte> AsText(byte[] text)
    {
        if (encoding != ValueEncoding.Json) return text;
        json.Clear();
        json.String(text);
        return json.Written;
    }

    ReadOnlySpan<byte> Null(out string? fault)
    {
        fault = encoding == ValueEncoding.Json ? null : CsvChunkParser.NullValue(Name);
        return "null"u8;
    }
}
