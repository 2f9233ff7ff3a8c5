using System.Text;
using System.Text.Unicode;
using ShardyFusion.Building.Input;
using ShardyFusion.Parquet.Columns;
using ShardyFusion.Parquet.Format;

namespace ShardyFusion.Parquet.Rows;

/// <summary>Reads the keys of one row group. For one thread.</summary>
sealed class KeyReader
{
    readonly string name;
    readonly KeyForm form;
    readonly byte[]? fixedText;
    readonly ValueWriter? writer;

    /// <param name="pick">The key's column.</param>
    /// <param name="form">What its keys are.</param>
    /// <param name="open">Opens a leaf.</param>
    public KeyReader(ColumnPick pick, KeyForm form, Func<int, LeafCursor> open)
    {
        (name, this.form) = (pick.Name, form);
        fixedText = pick.Text is { } text ? Encoding.UTF8.GetBytes(text) : null;
        if (pick.Node is { } node) writer = new ValueWriter(node, open(node.Leaf));
    }

    /// <summary>Why the row has no key, as a sentence; null when it has one.</summary>
    public string? Fault()
    {
        if (writer is not { First: var cursor }) return fixedText is null ? Null() : null;
        if (!cursor.HasValue) return Null();
        if (form == KeyForm.Integer) return TryInteger(out _) ? null : $"Key {Shown()} is not an integer of at most 63 bits.";
        return cursor.Type.Kind == ValueKind.Text && !Utf8.IsValid(cursor.Bytes) ? "Its key holds bytes that are not UTF-8." : null;
    }

    /// <summary>The key for a message; null when it cannot be shown.</summary>
    public string? Shown()
    {
        if (writer is not { First: var cursor }) return fixedText is null ? null : Encoding.UTF8.GetString(fixedText);
        if (!cursor.HasValue) return null;
        return cursor.Type.Kind switch
        {
            ValueKind.Text => Encoding.UTF8.GetString(cursor.Bytes),
            ValueKind.Bytes => null,
            _ => Encoding.UTF8.GetString(writer.Text(out _)),
        };
    }

    /// <summary>Hands the row to a sink; it has a key.</summary>
    public void Add(IRowSink sink, ReadOnlySpan<byte> value, long ordinal)
    {
        if (writer is not { First: var cursor }) sink.Add(fixedText, value, ordinal);
        else if (form == KeyForm.Integer && TryInteger(out var number)) sink.AddInteger(number, value, ordinal);
        else if (form == KeyForm.Bytes) sink.AddBytes(cursor.Bytes, value, ordinal);
        else sink.Add(cursor.Type.Kind == ValueKind.Text ? cursor.Bytes : writer.Text(out _), value, ordinal);
    }

    bool TryInteger(out long number)
    {
        var cursor = writer!.First;
        if (!cursor.Type.IsNumber) return ScalarText.TryInteger(cursor.Bytes, out number);
        number = cursor.Type.Kind == ValueKind.Unsigned32 ? (uint)cursor.Number : cursor.Number;
        return cursor.Type.Kind != ValueKind.Unsigned64 || number >= 0;
    }

    string Null() => $"Its key field '{name}' is null; a key is text, an integer or bytes.";
}
