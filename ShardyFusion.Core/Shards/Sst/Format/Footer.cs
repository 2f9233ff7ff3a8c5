using System.Buffers.Binary;

namespace ShardyFusion.Shards.Sst.Format;

/// <summary>The last 53 bytes of a table of format version 2..7.</summary>
/// <param name="FormatVersion">2..7.</param>
/// <param name="Checksum">What each block's trailer holds.</param>
/// <param name="Metaindex">The block that names the filter and properties blocks.</param>
/// <param name="Index">The (top-level) index block; null from version 6 on, where the metaindex names it as "rocksdb.index".</param>
/// <param name="BaseContextChecksum">See <see cref="BlockTrailer.ContextModifier"/>; 0 below version 6.</param>
sealed record Footer(int FormatVersion, ChecksumType Checksum, BlockHandle Metaindex, BlockHandle? Index, uint BaseContextChecksum)
{
    /// <summary>Bytes of a footer.</summary>
    public const int Size = 53;

    /// <summary>RocksDB's kBlockBasedTableMagicNumber.</summary>
    public const ulong Magic = 0x88E241B785F4CFF7;

    const int OldestVersion = 2, ExtendedVersion = 6, NewestVersion = 7, MaxBelievedVersion = 99;
    const string Versions = "versions 2 to 7 are supported";
    const ulong LevelDbMagic = 0xDB4775248B80FB57, PebbleMagic = 0xB3AA9FF0B3AA9FF0, CuckooTableMagic = 0x926789D0C5F17873;
    const ulong PlainTableMagic = 0x8242229663BF9564, OldPlainTableMagic = 0x4F3418EB7A8F13B8;
    const int VersionAt = 41, MagicAt = 45, HandlesAt = 1, HandlesBytes = 40;
    const uint ExtendedMagic = 0x007A003E;

    /// <summary>Encodes a footer of format version 2..5.</summary>
    /// <param name="target">At least <see cref="Size"/> bytes; the first 53 are overwritten.</param>
    /// <exception cref="InvalidOperationException">Version 6 or later, or no index handle.</exception>
    public void Write(Span<byte> target)
    {
        if (FormatVersion is < 2 or > 5 || Index is not { } index)
            throw new InvalidOperationException($"Footers of format version {FormatVersion} are read, not written.");
        target = target[..Size];
        target.Clear();
        target[0] = (byte)Checksum;
        var length = Metaindex.Write(target[HandlesAt..]);
        index.Write(target[(HandlesAt + length)..]);
        BinaryPrimitives.WriteUInt32LittleEndian(target[VersionAt..], (uint)FormatVersion);
        BinaryPrimitives.WriteUInt64LittleEndian(target[MagicAt..], Magic);
    }

    /// <summary>Decodes the end of a file.</summary>
    /// <param name="fileEnd">The file's last 53 bytes; more is allowed (the last 53 count), fewer is an error.</param>
    /// <param name="fileLength">The file's length in bytes.</param>
    /// <param name="footer">The footer; its handles lie inside the file. Null on failure.</param>
    /// <param name="fault">What was expected and what was found; null on success.</param>
    public static bool TryRead(ReadOnlySpan<byte> fileEnd, long fileLength, out Footer? footer, out string? fault)
    {
        footer = null;
        if (fileEnd.Length < Size || fileLength < Size)
        {
            fault = $"a table has at least {Size} bytes, this file has {fileLength}";
            return false;
        }
        var bytes = fileEnd[^Size..];
        var magic = BinaryPrimitives.ReadUInt64LittleEndian(bytes[MagicAt..]);
        if (magic != Magic)
        {
            fault = $"the last eight bytes are {magic:x16}, not those of a RocksDB block-based table ({Magic:x16})";
            return false;
        }
        var version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[VersionAt..]);
        if (version is < OldestVersion or > NewestVersion)
        {
            fault = $"the table has format version {version}; {Versions}";
            return false;
        }
        if (bytes[0] > (byte)ChecksumType.XxHash3)
        {
            fault = $"the table has checksum type {bytes[0]}; 0 to 4 are known";
            return false;
        }
        fault = version >= ExtendedVersion
            ? ReadExtended(bytes, fileLength - Size, (int)version, out footer)
            : ReadHandles(bytes, fileLength - Size, (int)version, out footer);
        return fault is null;
    }

    /// <summary>Names a table that is whole, as far as its end tells, but of a kind that is not read here.</summary>
    /// <param name="fileEnd">The file's last 53 bytes; more is allowed.</param>
    /// <returns>Null for tables that are read, and for what is no known table.</returns>
    public static string? DescribeUnsupported(ReadOnlySpan<byte> fileEnd)
    {
        if (fileEnd.Length < Size)
            return null;
        var bytes = fileEnd[^Size..];
        var version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[VersionAt..]);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes[MagicAt..]) switch
        {
            Magic when version is < OldestVersion or > NewestVersion and <= MaxBelievedVersion =>
                $"the table has format version {version}; {Versions}",
            LevelDbMagic => $"the table has format version 0, LevelDB's; {Versions}",
            PlainTableMagic or OldPlainTableMagic => "it is a RocksDB plain table; block-based tables are supported",
            CuckooTableMagic => "it is a RocksDB cuckoo table; block-based tables are supported",
            PebbleMagic => "it is a table of Pebble's own format; RocksDB's block-based tables are supported",
            _ => null,
        };
    }

    static string? ReadHandles(ReadOnlySpan<byte> bytes, long footerOffset, int version, out Footer? footer)
    {
        footer = null;
        var handles = bytes.Slice(HandlesAt, HandlesBytes);
        if (!BlockHandle.TryRead(handles, out var metaindex, out var length) || !BlockHandle.TryRead(handles[length..], out var index,
            out _))
            return "the footer holds no two block handles";
        if (metaindex.EndWithTrailer > footerOffset)
            return $"the footer places the metaindex at {metaindex.Offset}, {metaindex.Size} bytes, which is outside the file";
        if (index.EndWithTrailer > footerOffset)
            return $"the footer places the index at {index.Offset}, {index.Size} bytes, which is outside the file";
        footer = new Footer(version, (ChecksumType)bytes[0], metaindex, index, 0);
        return null;
    }

    static string? ReadExtended(ReadOnlySpan<byte> bytes, long footerOffset, int version, out Footer? footer)
    {
        const int ChecksumAt = HandlesAt + 4, BaseAt = HandlesAt + 8, MetaindexSizeAt = HandlesAt + 12, ReservedAt = VersionAt - 8;
        var type = (ChecksumType)bytes[0];
        footer = null;
        var extended = BinaryPrimitives.ReadUInt32LittleEndian(bytes[HandlesAt..]);
        if (extended != ExtendedMagic)
            return $"the footer's extended magic number is {extended:x8}, not {ExtendedMagic:x8}";
        var baseContext = BinaryPrimitives.ReadUInt32LittleEndian(bytes[BaseAt..]);
        if (baseContext == 0)
            return "the footer's base context checksum is zero";
        if (type != ChecksumType.None)
        {
            Span<byte> copy = stackalloc byte[Size];
            bytes.CopyTo(copy);
            copy.Slice(ChecksumAt, 4).Clear();
            var computed = BlockTrailer.Checksum(type, copy) + BlockTrailer.ContextModifier(baseContext, footerOffset);
            var stored = BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumAt..]);
            if (computed != stored)
                return $"the footer's checksum is {computed:x8}, stored is {stored:x8}";
        }
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes[ReservedAt..]) != 0)
            return "the footer uses a feature of a later RocksDB";
        long metaindexSize = BinaryPrimitives.ReadUInt32LittleEndian(bytes[MetaindexSizeAt..]);
        var metaindex = new BlockHandle(footerOffset - BlockTrailer.Size - metaindexSize, metaindexSize);
        if (metaindex.Offset < 0)
            return $"the footer gives the metaindex {metaindexSize} bytes, more than the file has";
        footer = new Footer(version, type, metaindex, null, baseContext);
        return null;
    }
}
