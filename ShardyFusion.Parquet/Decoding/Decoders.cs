using System.Buffers.Binary;
using ShardyFusion.Parquet.Format;
using ShardyFusion.Parquet.Pages;

namespace ShardyFusion.Parquet.Decoding;

/// <summary>Chooses how the values of a page are decoded. Stateless.</summary>
static class Decoders
{
    /// <param name="page">The page.</param>
    /// <param name="type">What the column's values are.</param>
    /// <param name="dictionary">The column's dictionary; null when it has none so far.</param>
    /// <exception cref="DamageException">The encoding is not read here, or does not fit.</exception>
    public static ValueDecoder For(Page page, ColumnType type, ValueDictionary? dictionary)
    {
        switch ((PageEncoding)page.Encoding)
        {
            case PageEncoding.Plain: return Plain(page.Values, type);
            case PageEncoding.PlainDictionary or PageEncoding.RunLengthDictionary:
                if (dictionary is null) throw new DamageException("it names values of a dictionary, and there is none");
                return new DictionaryValues(page.Values, dictionary, type.IsNumber);
            case PageEncoding.RunLength when type.Physical == PhysicalType.Boolean:
                return new RunLengthBooleans(new RunLengthReader(Counted(page.Values), 1));
            case PageEncoding.DeltaBinaryPacked when type.Physical is PhysicalType.Int32 or PhysicalType.Int64:
                return new DeltaNumbers(new DeltaReader(page.Values, page.Count), type.Physical == PhysicalType.Int32);
            case PageEncoding.DeltaLengthByteArray when type.Physical == PhysicalType.ByteArray:
                return new DeltaLengths(page.Values, page.Count);
            case PageEncoding.DeltaByteArray when type.Physical is PhysicalType.ByteArray or PhysicalType.FixedBytes:
                return new DeltaBytes(page.Values, page.Count);
            case PageEncoding.ByteStreamSplit when type.Length > 0 && type.Physical != PhysicalType.Int96:
                return new SplitStreams(page.Values, type);
            case PageEncoding.RunLength or PageEncoding.BitPacked or PageEncoding.DeltaBinaryPacked or PageEncoding.DeltaLengthByteArray
                or PageEncoding.DeltaByteArray or PageEncoding.ByteStreamSplit:
                throw new DamageException(
                    $"its values have the encoding {(PageEncoding)page.Encoding}, which does not fit {type.Physical}");
            default: throw new DamageException($"its values have the unknown encoding {page.Encoding}");
        }
    }

    public static ValueDecoder Plain(ArraySegment<byte> values, ColumnType type) => type.Physical switch
    {
        PhysicalType.Boolean => new PlainBooleans(values),
        PhysicalType.ByteArray => new PlainBytes(values, 0),
        PhysicalType.FixedBytes or PhysicalType.Int96 => new PlainBytes(values, type.Length),
        _ => new PlainNumbers(values, type.Physical),
    };

    static ArraySegment<byte> Counted(ArraySegment<byte> values)
    {
        var length = values.Count < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32LittleEndian(values);
        return length >= 0 && length <= values.Count - sizeof(int) ? values.Slice(sizeof(int), length)
            : throw new DamageException($"its runs say that they have {length} bytes");
    }
}
