using System.Buffers.Binary;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.SlateDb.Format;

/// <summary>The Bloom filter over the whole keys of a table. Immutable, safe for concurrent callers.</summary>
sealed class SlateFilter
{
    /// <summary>Among named filters the one of whole keys; others hash prefixes and must not be asked about keys.</summary>
    static ReadOnlySpan<byte> WholeKeys => "_bf"u8;

    readonly byte[] bits;
    readonly int probes;

    SlateFilter(byte[] bits, int probes) => (this.bits, this.probes) = (bits, probes);

    /// <summary>Bytes held in memory.</summary>
    public long MemoryBytes => bits.Length;

    /// <summary>Reads a filter.</summary>
    /// <param name="payload">Unpacked, without checksum.</param>
    /// <param name="isNamed">True when it is a list of named filters.</param>
    /// <param name="origin">For errors.</param>
    /// <returns>Null when there is none of whole keys.</returns>
    /// <exception cref="Errors.ShardCorruptException">It is malformed.</exception>
    public static SlateFilter? Read(ReadOnlySpan<byte> payload, bool isNamed, BlockOrigin origin)
    {
        if (isNamed)
        {
            if (!TryFindWholeKeys(payload, out payload, out var isAbsent))
                throw origin.Fault("the list of filters is malformed");
            if (isAbsent)
                return null;
        }
        if (payload.Length < sizeof(ushort))
            throw origin.Fault($"a filter of {payload.Length} bytes is too short");
        return new SlateFilter(payload[sizeof(ushort)..].ToArray(), BinaryPrimitives.ReadUInt16BigEndian(payload));
    }

    static bool TryFindWholeKeys(ReadOnlySpan<byte> list, out ReadOnlySpan<byte> found, out bool isAbsent)
    {
        found = default;
        isAbsent = true;
        if (!TryTakeUInt16(ref list, out var count))
            return false;
        for (var i = 0; i < count; i++)
        {
            if (!TryTakeUInt16(ref list, out var nameBytes) || list.Length < nameBytes + sizeof(ulong))
                return false;
            var name = list[..nameBytes];
            var dataBytes = BinaryPrimitives.ReadUInt64BigEndian(list[nameBytes..]);
            list = list[(nameBytes + sizeof(ulong))..];
            if (dataBytes > (ulong)list.Length)
                return false;
            if (name.SequenceEqual(WholeKeys))
            {
                found = list[..(int)dataBytes];
                isAbsent = false;
            }
            list = list[(int)dataBytes..];
        }
        return list.IsEmpty;
    }

    static bool TryTakeUInt16(ref ReadOnlySpan<byte> list, out int number)
    {
        number = 0;
        if (list.Length < sizeof(ushort))
            return false;
        number = BinaryPrimitives.ReadUInt16BigEndian(list);
        list = list[sizeof(ushort)..];
        return true;
    }

    /// <summary>Whether a key may be in the table.</summary>
    /// <param name="hash">Its <see cref="SipHash13"/>.</param>
    public bool MayContain(ulong hash)
    {
        var size = 8UL * (uint)bits.Length;
        if (size == 0)
            return false;
        var at = (uint)hash % size;
        var step = (hash >> 32) % size;
        for (var i = 0u; i < (uint)probes; i++)
        {
            step = (step + i) % size;
            if ((bits[at >> 3] & (1 << (int)(at & 7))) == 0)
                return false;
            at += step;
            if (at >= size)
                at -= size;
        }
        return true;
    }
}
