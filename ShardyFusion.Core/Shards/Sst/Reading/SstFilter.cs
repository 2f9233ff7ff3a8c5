using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>
/// The Bloom filter of a table, whole or in partitions, copied so that each 64-byte line lies in one cache line.
/// Immutable, safe for concurrent callers. Filters of unknown kinds let every key pass.
/// </summary>
sealed unsafe class SstFilter
{
    /// <param name="FirstLine">Its first line among all lines.</param>
    /// <param name="Lines">Number of lines.</param>
    /// <param name="Probes">Bits a key; 0 when this part lets every key pass.</param>
    readonly record struct Part(uint FirstLine, uint Lines, int Probes);

    // Pinned for the lifetime of this object, which holds the only reference: lineBase stays valid as long as `this` is reachable.
    readonly byte[] pinned;
    readonly byte* lineBase;
    readonly Part[] parts;
    readonly BlockIndex? partitions;
    readonly Part whole;

    SstFilter(byte[] pinned, byte* lineBase, Part[] parts, BlockIndex? partitions)
    {
        (this.pinned, this.parts, this.partitions) = (pinned, parts, partitions);
        this.lineBase = lineBase;
        whole = partitions is null ? parts[0] : default;
    }

    /// <summary>A filter that lets every key pass.</summary>
    public static SstFilter None { get; } = new([], null, [default], null);

    /// <summary>True when the filter says no to some keys.</summary>
    public bool IsUseful => pinned.Length > 0;

    /// <summary>Bytes held in memory.</summary>
    public long MemoryBytes => pinned.Length;

    /// <summary>Whether a key may be in the table.</summary>
    /// <param name="key">Encoded key.</param>
    /// <param name="hash">Its <see cref="XxPh3"/> hash.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MayContain(ReadOnlySpan<byte> key, ulong hash)
    {
        var part = partitions is null ? whole : PartOf(key);
        // Proof for the read: Line() < part.Lines, and Copy() made FirstLine + Lines lines of 64 bytes at lineBase.
        return part.Probes == 0
            || FastLocalBloom.LineMayContain((uint)(hash >> 32), in lineBase[LineOffset(part, hash)], part.Probes);
    }

    /// <summary>Asks the processor for the line that <see cref="MayContain"/> will look at.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(ulong hash)
    {
        if (Sse.IsSupported && whole.Probes != 0)
            Sse.Prefetch0(lineBase + LineOffset(whole, hash));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static nuint LineOffset(in Part part, ulong hash) =>
        (part.FirstLine + (nuint)FastLocalBloom.Line(hash, part.Lines)) * FastLocalBloom.LineBytes;

    Part PartOf(ReadOnlySpan<byte> key)
    {
        var ordinal = partitions!.Find(key);
        return ordinal < 0 ? default : parts[ordinal];
    }

    /// <summary>Makes a filter of one block.</summary>
    public static SstFilter FromBlock(ReadOnlySpan<byte> block)
    {
        if (FastLocalBloom.ReadMetadata(block, out var lines, out var probes) != FilterKind.Bloom || lines.IsEmpty)
            return None;
        var pinned = Allocate(lines.Length, out var lineBase);
        lines.CopyTo(new Span<byte>(lineBase, lines.Length));
        return new SstFilter(pinned, lineBase, [new Part(0, (uint)(lines.Length / FastLocalBloom.LineBytes), probes)], null);
    }

    /// <summary>Makes a filter of partitions.</summary>
    /// <param name="partitions">Which keys each partition covers, and where it lies.</param>
    /// <param name="reader">Reads the partitions.</param>
    public static SstFilter FromPartitions<TBytes>(BlockIndex partitions, BlockReader<TBytes> reader) where TBytes : struct, IFileBytes
    {
        long bytes = 0;
        for (var i = 0; i < partitions.Count; i++)
            bytes += partitions[i].Size;
        if (partitions.Count == 0 || bytes > Array.MaxLength - FastLocalBloom.LineBytes)
            return None;
        var pinned = Allocate((int)bytes, out var lineBase);
        var parts = new Part[partitions.Count];
        uint next = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            var block = reader.Read(partitions[i], out var origin);
            if (FastLocalBloom.ReadMetadata(block, out var lines, out var probes) != FilterKind.Bloom || lines.IsEmpty)
                continue;
            // A packed partition may unpack to more than its stored size, on which the room is based.
            if (next * (long)FastLocalBloom.LineBytes + lines.Length > bytes)
                throw origin.Fault("filter partitions are larger than stored");
            lines.CopyTo(new Span<byte>(lineBase + (nuint)next * FastLocalBloom.LineBytes, lines.Length));
            parts[i] = new Part(next, (uint)(lines.Length / FastLocalBloom.LineBytes), probes);
            next += parts[i].Lines;
        }
        return new SstFilter(pinned, lineBase, parts, partitions);
    }

    static byte[] Allocate(int bytes, out byte* lineBase)
    {
        const int Align = FastLocalBloom.LineBytes;
        var pinned = GC.AllocateUninitializedArray<byte>(bytes + Align - 1, pinned: true);
        var start = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
        lineBase = (byte*)((start + Align - 1) & ~(nuint)(Align - 1));
        return pinned;
    }
}
