using System.Buffers;
using System.IO.Hashing;
using ShardyFusion.Parquet.Format;

namespace ShardyFusion.Parquet.Pages;

/// <summary>Reads the pages of one column of one row group, in order. For one thread.</summary>
/// <param name="file">The file.</param>
/// <param name="chunk">Where the pages lie; its range was checked.</param>
/// <param name="leaf">The column.</param>
/// <remarks>Throws <see cref="DamageException"/> for pages that are not whole.</remarks>
sealed class PageReader(IFileBytes file, ColumnChunk chunk, SchemaLeaf leaf) : IDisposable
{
    const int HeadBytes = 1 << 10, MaxHeadBytes = 16 << 20, MaxRawBytes = 512 << 20;

    readonly ChunkWindow window = new(file, chunk.Start, chunk.Start + chunk.CompressedBytes);
    byte[] unpacked = [], dictionary = [];

    /// <summary>Where the page begins that was read last.</summary>
    public long Offset { get; private set; } = chunk.Start;

    /// <summary>Reads the next page of values or of a dictionary.</summary>
    /// <returns>False at the end.</returns>
    public bool TryRead(out Page page)
    {
        while (window.Left > 0)
        {
            Offset = window.Offset;
            var head = ReadHead();
            if (head.StoredBytes < 0 || head.StoredBytes > window.Left)
                throw new DamageException($"it says that it has {head.StoredBytes} bytes, and the column has {window.Left} left");
            if (head.RawBytes is < 0 or > MaxRawBytes)
                throw new DamageException($"it says that it unpacks to {head.RawBytes} bytes; at most {MaxRawBytes} are read");
            if (head.Values < 0) throw new DamageException($"it says that it has {head.Values} values");
            var (start, count) = window.Peek(head.StoredBytes);
            var stored = new ArraySegment<byte>(window.Buffer, start, count);
            if (head.Checksum is { } checksum && Crc32.HashToUInt32(stored) != (uint)checksum)
                throw new DamageException("its checksum does not fit its bytes");
            window.Skip(head.StoredBytes);
            switch (head.Kind)
            {
                case (int)PageKind.Data: page = First(head, Unpack(head, stored, ref unpacked)); return true;
                case (int)PageKind.Data2: page = Second(head, stored); return true;
                case (int)PageKind.Dictionary:
                    var values = Kept(Unpack(head, stored, ref dictionary));
                    page = new Page(PageKind.Dictionary, head.Encoding, head.Values, default, default, values);
                    return true;
                case (int)PageKind.Index: break;
                default: throw new DamageException($"it is of the unknown kind {head.Kind}");
            }
        }
        page = default;
        return false;
    }

    public void Dispose()
    {
        window.Dispose();
        foreach (var buffer in new[] { unpacked, dictionary })
            if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        unpacked = dictionary = [];
    }

    PageHead ReadHead()
    {
        for (var wanted = HeadBytes; ; wanted *= 8)
        {
            var (start, count) = window.Peek(wanted);
            var thrift = new ThriftReader(window.Buffer.AsSpan(start, count));
            try
            {
                var head = PageHead.Parse(ref thrift);
                window.Skip(thrift.Position);
                return head;
            }
            catch (DamageException) when (thrift.IsCutOff && count == wanted && wanted < MaxHeadBytes)
            {
                // Its statistics hold long values: more of it has to be seen.
            }
        }
    }

    ArraySegment<byte> Unpack(PageHead head, ArraySegment<byte> stored, ref byte[] raw)
    {
        if (chunk.Codec == (int)Compression.None)
        {
            return head.RawBytes == stored.Count ? stored
                : throw new DamageException($"it says that it unpacks to {head.RawBytes} bytes, and its {stored.Count} are not packed");
        }
        PageCodec.Unpack((Compression)chunk.Codec, stored, head.RawBytes, ref raw);
        return new ArraySegment<byte>(raw, 0, head.RawBytes);
    }

    /// <summary>A dictionary outlives the pages that use it.</summary>
    ArraySegment<byte> Kept(ArraySegment<byte> values)
    {
        if (values.Array == dictionary) return values;
        PageCodec.MakeRoom(ref dictionary, values.Count, 0);
        values.AsSpan().CopyTo(dictionary);
        return new ArraySegment<byte>(dictionary, 0, values.Count);
    }

    Page First(PageHead head, ArraySegment<byte> bytes)
    {
        var repetition = Levels(ref bytes, leaf.MaxRepetition, head.RepetitionEncoding);
        var definition = Levels(ref bytes, leaf.MaxDefinition, head.DefinitionEncoding);
        return new Page(PageKind.Data, head.Encoding, head.Values, repetition, definition, bytes);
    }

    static ArraySegment<byte> Levels(ref ArraySegment<byte> bytes, int max, int encoding)
    {
        if (max == 0) return default;
        if (encoding != (int)PageEncoding.RunLength)
            throw new DamageException($"its levels are laid out in the encoding {encoding}, which is not supported");
        if (bytes.Count < sizeof(int)) throw new DamageException("it ends within its levels");
        var length = BitConverter.ToInt32(bytes);
        if (length < 0 || length > bytes.Count - sizeof(int)) throw new DamageException($"its levels say that they have {length} bytes");
        var levels = bytes.Slice(sizeof(int), length);
        bytes = bytes[(sizeof(int) + length)..];
        return levels;
    }

    Page Second(PageHead head, ArraySegment<byte> stored)
    {
        var levelBytes = (long)head.RepetitionBytes + head.DefinitionBytes;
        if (head.RepetitionBytes < 0 || head.DefinitionBytes < 0 || levelBytes > stored.Count || levelBytes > head.RawBytes)
            throw new DamageException($"its levels say that they have {levelBytes} bytes");
        var repetition = stored[..head.RepetitionBytes];
        var definition = stored.Slice(head.RepetitionBytes, head.DefinitionBytes);
        var values = stored[(int)levelBytes..];
        head.RawBytes -= (int)levelBytes;
        if (!head.IsCompressed && head.RawBytes != values.Count)
            throw new DamageException($"it says that it unpacks to {head.RawBytes} bytes, and its {values.Count} are not packed");
        // A page without any value may have no packed bytes at all.
        if (head.IsCompressed && values.Count + head.RawBytes > 0) values = Unpack(head, values, ref unpacked);
        return new Page(PageKind.Data2, head.Encoding, head.Values, repetition, definition, values);
    }
}
