using System.Buffers.Binary;
using System.Text;

namespace ShardyFusion.Shards.SlateDb.Format;

/// <summary>One table of a FlatBuffer; a field that is not there reads as zero or nothing. In a strict one each is read once.</summary>
readonly struct FlatTable
{
    const int HeadBytes = 4;

    readonly FlatBuffer buffer;
    readonly long at, layout;
    readonly int fields, inlineBytes;

    public FlatTable(FlatBuffer buffer, long at, int knownFields)
    {
        (this.buffer, this.at) = (buffer, at);
        layout = at - BinaryPrimitives.ReadInt32LittleEndian(buffer.Take(at, sizeof(int)));
        var head = buffer.TakeLayout(layout, HeadBytes);
        var layoutBytes = BinaryPrimitives.ReadUInt16LittleEndian(head);
        inlineBytes = BinaryPrimitives.ReadUInt16LittleEndian(head[sizeof(ushort)..]);
        if (layoutBytes < HeadBytes || layoutBytes % sizeof(ushort) != 0 || inlineBytes < HeadBytes || at + inlineBytes > buffer.Length)
            throw buffer.Fault(Math.Clamp(layout, 0, buffer.Length), "a table's layout is malformed");
        fields = (layoutBytes - HeadBytes) / sizeof(ushort);
        buffer.TakeLayout(layout + HeadBytes, layoutBytes - HeadBytes);
        for (var field = knownFields; field < fields; field++)
            if (OffsetOf(field) != 0)
                buffer.HasUnknownFields = true;
    }

    int OffsetOf(int field) => field >= fields ? 0
        : BinaryPrimitives.ReadUInt16LittleEndian(buffer.TakeLayout(layout + HeadBytes + field * sizeof(ushort), sizeof(ushort)));

    /// <summary>True when the field is there.</summary>
    public bool Has(int field) => OffsetOf(field) != 0;

    public ulong UInt64(int field) =>
        Scalar(field, sizeof(ulong)) is { Length: > 0 } bytes ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;

    public uint UInt32(int field) =>
        Scalar(field, sizeof(uint)) is { Length: > 0 } bytes ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;

    public ushort UInt16(int field) =>
        Scalar(field, sizeof(ushort)) is { Length: > 0 } bytes ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : (ushort)0;

    public byte UInt8(int field) => Scalar(field, sizeof(byte)) is { Length: > 0 } bytes ? bytes[0] : (byte)0;

    /// <summary>A field that counts or measures bytes of a file.</summary>
    /// <exception cref="Errors.ShardCorruptException">It is larger than any file.</exception>
    public long Size(int field) => UInt64(field) is var size && size <= long.MaxValue / 4 ? (long)size
        : throw buffer.Fault(at, $"a size or an offset of {size} bytes is impossible");

    /// <summary>A list of bytes; empty when it is not there.</summary>
    public ReadOnlySpan<byte> Bytes(int field)
    {
        if (Target(field) is not { } start)
            return default;
        return buffer.Take(start + sizeof(uint), BinaryPrimitives.ReadUInt32LittleEndian(buffer.Take(start, sizeof(uint))));
    }

    /// <summary>A text; empty when it is not there.</summary>
    public string Text(int field) => Encoding.UTF8.GetString(Bytes(field));

    /// <summary>A table inside; null when it is not there.</summary>
    public FlatTable? Table(int field, int knownFields) => Target(field) is { } start ? new FlatTable(buffer, start, knownFields) : null;

    /// <summary>Tables inside; none when the list is not there.</summary>
    public FlatTables Tables(int field, int knownFields)
    {
        if (Target(field) is not { } start)
            return default;
        var count = BinaryPrimitives.ReadUInt32LittleEndian(buffer.Take(start, sizeof(uint)));
        if (count > (uint)buffer.Length / sizeof(uint))
            throw buffer.Fault(start, $"a list of {count} tables does not fit into {buffer.Length} bytes");
        return new FlatTables(buffer, start + sizeof(uint), (int)count, knownFields);
    }

    ReadOnlySpan<byte> Scalar(int field, int size) => PlaceOf(field, size) is { } place ? buffer.Take(place, size) : default;

    long? Target(int field) => PlaceOf(field, sizeof(uint)) is { } place ? buffer.FollowAt(place) : null;

    long? PlaceOf(int field, int size)
    {
        var offset = OffsetOf(field);
        if (offset == 0)
            return null;
        if (offset < HeadBytes || offset + size > inlineBytes)
            throw buffer.Fault(at, $"field {field} of a table lies outside of it");
        return at + offset;
    }

    /// <summary>A fault of this table.</summary>
    public Errors.ShardCorruptException Fault(string reason) => buffer.Fault(at, reason);
}

/// <summary>A list of tables.</summary>
readonly struct FlatTables(FlatBuffer buffer, long start, int count, int knownFields)
{
    public int Count => count;

    /// <summary>One of them. Of a strict buffer each is read once.</summary>
    public FlatTable this[int index] => new(buffer, buffer.FollowAt(start + index * (long)sizeof(uint)), knownFields);
}
