using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using ShardyFusion.Parquet.Format;
using ShardyFusion.Shards.Sst.Writing;

namespace ShardyFusion.Parquet.Writing;

/// <summary>Gathers the values of one required column into packed pages with checksums. For one thread.</summary>
/// <param name="name">The column.</param>
/// <param name="physical">How values are stored.</param>
/// <param name="converted">The old description of what values mean; null for none.</param>
/// <param name="logical">The newer one; 0 for none.</param>
sealed class ColumnBuffer(string name, PhysicalType physical, int? converted, int logical) : IDisposable
{
    const int PageBytes = 1 << 20;

    readonly ZstdPacker packer = new();
    readonly ArrayBufferWriter<byte> raw = new(PageBytes), stored = new(PageBytes);
    byte[] packed = [];
    int pageValues;
    long rawBytes;

    /// <summary>The column's name.</summary>
    public string Name => name;

    /// <summary>How values are stored.</summary>
    public PhysicalType Physical => physical;

    /// <summary>Bytes of the values that were gathered and not taken away.</summary>
    public long RawBytes => rawBytes + raw.WrittenCount;

    public void Add(long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(raw.GetSpan(sizeof(long)), number);
        raw.Advance(sizeof(long));
        Count();
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteInt32LittleEndian(raw.GetSpan(sizeof(int)), bytes.Length);
        raw.Advance(sizeof(int));
        raw.Write(bytes);
        Count();
    }

    /// <summary>Writes the column's pages.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="offset">Where in the file this is.</param>
    public WrittenChunk TakePages(ArrayBufferWriter<byte> output, long offset)
    {
        EndPage();
        var chunk = new WrittenChunk(offset, stored.WrittenCount, rawBytes);
        output.Write(stored.WrittenSpan);
        stored.ResetWrittenCount();
        rawBytes = 0;
        return chunk;
    }

    /// <summary>Describes the column in a schema.</summary>
    public void Describe(ThriftWriter thrift)
    {
        thrift.BeginStruct();
        thrift.Int32(1, (int)physical);
        thrift.Int32(3, 0);
        thrift.Text(4, name);
        if (converted is { } old) thrift.Int32(6, old);
        if (logical != 0)
        {
            thrift.BeginStruct(10);
            thrift.BeginStruct(logical);
            thrift.EndStruct();
            thrift.EndStruct();
        }
        thrift.EndStruct();
    }

    public void Dispose() => packer.Dispose();

    void Count()
    {
        pageValues++;
        if (raw.WrittenCount >= PageBytes) EndPage();
    }

    void EndPage()
    {
        if (pageValues == 0) return;
        // What cannot be packed grows by less than this.
        var most = raw.WrittenCount + raw.WrittenCount / 128 + 512;
        if (packed.Length < most) packed = new byte[most];
        if (!packer.TryCompress(raw.WrittenSpan, packed, out var length)) throw new InvalidOperationException("A page does not fit.");
        var body = packed.AsSpan(0, length);
        var before = stored.WrittenCount;
        WriteHead(length, (int)Crc32.HashToUInt32(body));
        rawBytes += stored.WrittenCount - before + raw.WrittenCount;
        stored.Write(body);
        raw.ResetWrittenCount();
        pageValues = 0;
    }

    void WriteHead(int length, int checksum)
    {
        var thrift = new ThriftWriter(stored);
        thrift.BeginStruct();
        thrift.Int32(1, (int)PageKind.Data);
        thrift.Int32(2, raw.WrittenCount);
        thrift.Int32(3, length);
        thrift.Int32(4, checksum);
        thrift.BeginStruct(5);
        thrift.Int32(1, pageValues);
        thrift.Int32(2, (int)PageEncoding.Plain);
        thrift.Int32(3, (int)PageEncoding.RunLength);
        thrift.Int32(4, (int)PageEncoding.RunLength);
        thrift.EndStruct();
        thrift.EndStruct();
    }
}
