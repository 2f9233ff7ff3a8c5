using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;
using ShardyFusion.Building.Input;
using ShardyFusion.Formats;

namespace ShardyFusion.RocksDb.Rows;

/// <summary>Hands on the rows of <see cref="DatabaseScanner"/>'s chunks. For one thread.</summary>
/// <param name="encoding">What the values must be.</param>
sealed class DatabaseChunkParser(ValueEncoding encoding) : IChunkParser
{
    public void Parse(RecordChunk chunk, IRowSink sink)
    {
        var rest = chunk.Text;
        for (var ordinal = chunk.FirstRow; !rest.IsEmpty; ordinal++)
        {
            var keyBytes = BinaryPrimitives.ReadInt32LittleEndian(rest);
            var valueBytes = BinaryPrimitives.ReadInt32LittleEndian(rest[sizeof(int)..]);
            var key = rest.Slice(DatabaseScanner.HeadBytes, keyBytes);
            var value = rest.Slice(DatabaseScanner.HeadBytes + keyBytes, valueBytes);
            if (IsFit(value)) sink.AddBytes(key, value, ordinal);
            else sink.Reject($"The value is not {(encoding == ValueEncoding.Utf8 ? "UTF-8 text" : "a JSON document")}, which the value "
                + "encoding asks for; raw takes any bytes.", Convert.ToHexString(key), ordinal);
            rest = rest[(DatabaseScanner.HeadBytes + keyBytes + valueBytes)..];
        }
    }

    bool IsFit(ReadOnlySpan<byte> value) => encoding switch
    {
        ValueEncoding.Raw => true,
        ValueEncoding.Utf8 => Utf8.IsValid(value),
        _ => IsJson(value),
    };

    static bool IsJson(ReadOnlySpan<byte> value)
    {
        var reader = new Utf8JsonReader(value);
        try
        {
            while (reader.Read())
            {
            }
            return Utf8.IsValid(value);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
