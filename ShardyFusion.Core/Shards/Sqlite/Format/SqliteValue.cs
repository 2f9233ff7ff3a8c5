using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ShardyFusion.Shards.Sqlite.Format;

/// <summary>Values of the type that a lookup gives: bytes.</summary>
static class SqliteValue
{
    const int RealType = 7, ZeroType = 8, OneType = 9;

    /// <summary>A value as bytes: those of a blob or a UTF-8 text as they are, other texts in UTF-8, numbers as they are written.</summary>
    /// <param name="field">Its type.</param>
    /// <param name="stored">Its content.</param>
    /// <param name="text">How texts are stored.</param>
    public static ReadOnlyMemory<byte> ToBytes(SqliteField field, ReadOnlyMemory<byte> stored, SqliteText text)
    {
        if (field.IsBlob || field.IsText && text == SqliteText.Utf8)
            return stored;
        if (field.IsText)
            return Encoding.UTF8.GetBytes(text.Decode(stored.Span));
        return Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{ToNumber(field, stored.Span)}"));
    }

    /// <summary>A number: a <see cref="double"/> or a <see cref="long"/>.</summary>
    public static object ToNumber(SqliteField field, ReadOnlySpan<byte> stored) =>
        field.Type == RealType ? (object)BinaryPrimitives.ReadDoubleBigEndian(stored) : ToInteger(field, stored);

    /// <summary>A whole number: two's complement, high byte first.</summary>
    public static long ToInteger(SqliteField field, ReadOnlySpan<byte> stored)
    {
        if (field.Type is ZeroType or OneType)
            return field.Type - ZeroType;
        var value = stored.Length > 0 ? (long)(sbyte)stored[0] : 0;
        for (var i = 1; i < stored.Length; i++)
            value = value << 8 | stored[i];
        return value;
    }
}
