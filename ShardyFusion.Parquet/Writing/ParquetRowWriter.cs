using System.Buffers;
using System.Buffers.Binary;
using System.Text.Unicode;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Maintenance;
using ShardyFusion.Parquet.Format;
using ShardyFusion.Routing;

namespace ShardyFusion.Parquet.Writing;

/// <summary>Writes rows as two columns, key and value, in row groups. For one thread.</summary>
sealed class ParquetRowWriter : RowWriter
{
    const int GroupRows = 1 << 20, GroupBytes = 64 << 20;

    readonly KeyCodec codec;
    readonly bool isText;
    readonly ColumnBuffer keys, values;
    readonly List<(WrittenChunk Keys, WrittenChunk Values, int Rows)> groups = [];
    long written;
    int rows;

    public ParquetRowWriter(KeyCodec codec, ValueEncoding? encoding)
    {
        this.codec = codec;
        isText = encoding is ValueEncoding.Utf8 or ValueEncoding.Json;
        keys = codec.Encoding switch
        {
            KeyEncoding.Utf8 => new ColumnBuffer("key", PhysicalType.ByteArray, LogicalKinds.OldText, LogicalKinds.Text),
            KeyEncoding.Raw => new ColumnBuffer("key", PhysicalType.ByteArray, null, 0),
            _ => new ColumnBuffer("key", PhysicalType.Int64, null, 0),
        };
        values = encoding switch
        {
            ValueEncoding.Utf8 => new ColumnBuffer("value", PhysicalType.ByteArray, LogicalKinds.OldText, LogicalKinds.Text),
            ValueEncoding.Json => new ColumnBuffer("value", PhysicalType.ByteArray, LogicalKinds.OldJson, LogicalKinds.Json),
            _ => new ColumnBuffer("value", PhysicalType.ByteArray, null, 0),
        };
    }

    static ReadOnlySpan<byte> Magic => "PAR1"u8;

    public override void Begin()
    {
        Text.Write(Magic);
        written = Magic.Length;
    }

    public override void Write(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (isText && !Utf8.IsValid(value))
        {
            var shown = codec.Display(key);
            throw new ShardyFusionException(ErrorKind.ConfigValidation,
                $"The row of key {KeyFaults.Show(shown)} cannot be written as Parquet: its value is no UTF-8, although the snapshot's "
                    + "values are text.")
            {
                Target = shown,
                RecommendedAction = "Export as JSON Lines, which can hold it.",
            };
        }
        if (keys.Physical == PhysicalType.ByteArray) keys.Add(key);
        else keys.Add(key.Length == sizeof(uint) ? BinaryPrimitives.ReadUInt32BigEndian(key) : BinaryPrimitives.ReadInt64BigEndian(key));
        values.Add(value);
        if (++rows == GroupRows || keys.RawBytes + values.RawBytes >= GroupBytes) EndGroup();
    }

    public override void End()
    {
        EndGroup();
        var before = Text.WrittenCount;
        WriteFooter(new ThriftWriter(Text));
        BinaryPrimitives.WriteInt32LittleEndian(Text.GetSpan(sizeof(int)), Text.WrittenCount - before);
        Text.Advance(sizeof(int));
        Text.Write(Magic);
    }

    public override void Dispose()
    {
        keys.Dispose();
        values.Dispose();
    }

    void EndGroup()
    {
        if (rows == 0) return;
        var keyChunk = keys.TakePages(Text, written);
        var valueChunk = values.TakePages(Text, written + keyChunk.StoredBytes);
        written += keyChunk.StoredBytes + valueChunk.StoredBytes;
        groups.Add((keyChunk, valueChunk, rows));
        rows = 0;
    }

    void WriteFooter(ThriftWriter thrift)
    {
        thrift.BeginStruct();
        thrift.Int32(1, 1);
        thrift.BeginList(2, ThriftType.Struct, 3);
        thrift.BeginStruct();
        thrift.Text(4, "schema");
        thrift.Int32(5, 2);
        thrift.EndStruct();
        keys.Describe(thrift);
        values.Describe(thrift);
        thrift.Int64(3, groups.Sum(group => (long)group.Rows));
        thrift.BeginList(4, ThriftType.Struct, groups.Count);
        foreach (var group in groups) WriteGroup(thrift, group.Keys, group.Values, group.Rows);
        thrift.Text(6, $"ShardyFusion version {typeof(ParquetRowWriter).Assembly.GetName().Version?.ToString(3)} (build none)");
        thrift.EndStruct();
    }

    void WriteGroup(ThriftWriter thrift, WrittenChunk keyChunk, WrittenChunk valueChunk, int count)
    {
        thrift.BeginStruct();
        thrift.BeginList(1, ThriftType.Struct, 2);
        WriteChunk(thrift, keys, keyChunk, count);
        WriteChunk(thrift, values, valueChunk, count);
        thrift.Int64(2, keyChunk.RawBytes + valueChunk.RawBytes);
        thrift.Int64(3, count);
        thrift.EndStruct();
    }

    static void WriteChunk(ThriftWriter thrift, ColumnBuffer column, WrittenChunk chunk, int count)
    {
        thrift.BeginStruct();
        thrift.Int64(2, chunk.Offset);
        thrift.BeginStruct(3);
        thrift.Int32(1, (int)column.Physical);
        thrift.BeginList(2, ThriftType.I32, 2);
        thrift.ZigZag((int)PageEncoding.Plain);
        thrift.ZigZag((int)PageEncoding.RunLength);
        thrift.BeginList(3, ThriftType.Binary, 1);
        thrift.Text(column.Name);
        thrift.Int32(4, (int)Compression.Zstd);
        thrift.Int64(5, count);
        thrift.Int64(6, chunk.RawBytes);
        thrift.Int64(7, chunk.StoredBytes);
        thrift.Int64(9, chunk.Offset);
        thrift.EndStruct();
        thrift.EndStruct();
    }
}
