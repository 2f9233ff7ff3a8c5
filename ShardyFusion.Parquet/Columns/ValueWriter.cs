using System.Text.Unicode;
using ShardyFusion.Formats.Values;
using ShardyFusion.Parquet.Format;

namespace ShardyFusion.Parquet.Columns;

/// <summary>Writes single values.</summary>
sealed class ValueWriter(SchemaNode node, LeafCursor cursor) : NodeWriter(node)
{
    readonly byte[] text = new byte[ScalarText.MaxBytes];

    public override LeafCursor First => cursor;

    /// <summary>The text of the value at which the cursor stands; null when there is none. Good until the next call.</summary>
    public ReadOnlySpan<byte> Text(out bool isBare)
    {
        var type = cursor.Type;
        var length = ScalarText.Write(type, type.IsNumber ? cursor.Number : 0, type.IsNumber ? default : cursor.Bytes, text, out isBare);
        if (length < 0) throw new ValueFault($"holds no {type.Kind.ToString().ToLowerInvariant()} that there is");
        return text.AsSpan(0, length);
    }

    public override void Write(SortedJsonWriter json)
    {
        if (cursor.Definition < Node.DefinedFrom || cursor.Type.Kind == ValueKind.Null)
        {
            json.Null();
        }
        else if (cursor.Type.Kind == ValueKind.Text)
        {
            json.String(Utf8.IsValid(cursor.Bytes) ? cursor.Bytes : throw new ValueFault("holds bytes that are not UTF-8"));
        }
        else if (cursor.Type.Kind == ValueKind.Bytes)
        {
            json.Base64(cursor.Bytes);
        }
        else
        {
            var shown = Text(out var isBare);
            if (isBare) json.Raw(shown);
            else json.String(shown);
        }
        cursor.Advance();
    }

    public override void Pass() => cursor.Advance();
}
