using System.Buffers.Binary;
using ShardyFusion.Hashing;

namespace ShardyFusion.Jobs.Segments;

/// <summary>Where one shard's rows lie in the object of a map.</summary>
/// <param name="Offset">First byte.</param>
/// <param name="Bytes">Length.</param>
/// <param name="Rows">Rows; each key once.</param>
/// <param name="Hash">See <see cref="SegmentHash"/>.</param>
readonly record struct SegmentEntry(long Offset, long Bytes, long Rows, ulong Hash)
{
    /// <summary>Bytes of an entry: four numbers, little-endian, and their XXH3 together with map and shard.</summary>
    public const int Size = 40;

    public void Write(Span<byte> destination, int map, int dbId)
    {
        BinaryPrimitives.WriteInt64LittleEndian(destination, Offset);
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], Bytes);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], Rows);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], Hash);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[32..], Check(destination, map, dbId));
    }

    /// <returns>False when the bytes are damaged, or those of another map or shard.</returns>
    public static bool TryRead(ReadOnlySpan<byte> source, int map, int dbId, out SegmentEntry entry)
    {
        entry = new SegmentEntry(BinaryPrimitives.ReadInt64LittleEndian(source), BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[16..]), BinaryPrimitives.ReadUInt64LittleEndian(source[24..]));
        return BinaryPrimitives.ReadUInt64LittleEndian(source[32..]) == Check(source, map, dbId);
    }

    static ulong Check(ReadOnlySpan<byte> entry, int map, int dbId)
    {
        Span<byte> whole = stackalloc byte[Size];
        entry[..32].CopyTo(whole);
        BinaryPrimitives.WriteInt32LittleEndian(whole[32..], map);
        BinaryPrimitives.WriteInt32LittleEndian(whole[36..], dbId);
        return XxHash3.Hash(whole);
    }
}
