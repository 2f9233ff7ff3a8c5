using System.Buffers.Binary;
using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>How the index of a table is laid out (RocksDB's IndexType).</summary>
enum IndexType
{
    BinarySearch = 0,
    /// <summary>As <see cref="BinarySearch"/>; a hash index beside it is ignored.</summary>
    HashSearch = 1,
    TwoLevel = 2,
    /// <summary>Each entry also holds the first key of its block, which is skipped.</summary>
    BinarySearchWithFirstKey = 3,
}

/// <summary>What a table says about itself, as far as reading it depends on it.</summary>
sealed class TableProperties
{
    const string Bytewise = "leveldb.BytewiseComparator";

    /// <summary>Entries in the table.</summary>
    public long RowCount { get; private set; }

    /// <summary>Offset at which the data blocks end; 0 when unknown.</summary>
    public long DataBytes { get; private set; }

    /// <summary>Number of data blocks; null when unknown.</summary>
    public long? BlockCount { get; private set; }

    /// <summary>How the index is laid out.</summary>
    public IndexType IndexType { get; private set; }

    /// <summary>True when index keys are user keys; else they end with sequence number and type.</summary>
    public bool IndexKeyIsUserKey { get; private set; }

    /// <summary>True when index values are deltas to the block before, without lengths.</summary>
    public bool IndexValueIsDelta { get; private set; }

    /// <summary>False when the filter holds only prefixes of keys, so that it says nothing about a key.</summary>
    public bool FilterHoldsWholeKeys { get; private set; } = true;

    /// <summary>True for files of an SstFileWriter, in which each user key appears once.</summary>
    public bool IsExternalFile { get; private set; }

    /// <summary>Where the value of the global sequence number lies in the properties block; -1 when there is none.</summary>
    public int GlobalSequenceAt { get; private set; } = -1;

    string comparator = Bytewise;
    string? unsupported;

    /// <summary>Reads the (never compressed) properties block.</summary>
    /// <exception cref="Errors.ShardCorruptException">Malformed, or a table that this reader does not support.</exception>
    public static TableProperties Read(ReadOnlySpan<byte> block, in BlockOrigin origin)
    {
        var properties = new TableProperties();
        var walker = new BlockWalker(new EntryRules(0, true, false));
        try
        {
            walker.Open(block, origin);
            while (walker.MoveNext(block))
                if (!properties.Take(walker.Key, block.Slice(walker.ValueStart, walker.ValueBytes), walker.ValueStart))
                    throw walker.Fault($"the property {System.Text.Encoding.ASCII.GetString(walker.Key)} has no readable value");
        }
        finally
        {
            walker.Dispose();
        }
        if (properties.comparator != Bytewise)
            throw origin.Unsupported($"the table is ordered by '{properties.comparator}'; only {Bytewise} is supported");
        if (properties.unsupported is { } feature)
            throw origin.Unsupported($"the table has {feature}, which is not supported");
        return properties;
    }

    bool Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, int valueStart)
    {
        const long Limit = 1L << 61;
        if (!name.StartsWith("rocksdb."u8))
            return true;
        name = name["rocksdb.".Length..];
        if (name.SequenceEqual("comparator"u8))
            comparator = System.Text.Encoding.UTF8.GetString(value[..Math.Min(value.Length, 200)]);
        else if (name.SequenceEqual("compression"u8))
            TakeCompression(value);
        else if (name.SequenceEqual("block.based.table.whole.key.filtering"u8))
            FilterHoldsWholeKeys = !value.SequenceEqual("0"u8);
        else if (name.SequenceEqual("block.based.table.index.type"u8))
            return TakeIndexType(value);
        else if (name.SequenceEqual("external_sst_file.version"u8))
            IsExternalFile = true;
        else if (name.SequenceEqual("external_sst_file.global_seqno"u8))
        {
            GlobalSequenceAt = valueStart;
            return value.Length == sizeof(ulong);
        }
        else if (IsNumber(name))
        {
            if (!Varint.TryRead64(value, out var number, out _) || number > (ulong)Limit)
                return false;
            TakeNumber(name, (long)number);
        }
        return true;
    }

    static bool IsNumber(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("num.entries"u8) || name.SequenceEqual("data.size"u8) || name.SequenceEqual("num.data.blocks"u8)
        || name.SequenceEqual("index.key.is.user.key"u8) || name.SequenceEqual("index.value.is.delta.encoded"u8)
        || name.SequenceEqual("num.range-deletions"u8) || name.SequenceEqual("deleted.keys"u8) || name.SequenceEqual("merge.operands"u8)
        || name.SequenceEqual("separate.key.value.in.data.block"u8) || name.SequenceEqual("udi.is.primary.index"u8);

    void TakeNumber(ReadOnlySpan<byte> name, long number)
    {
        if (name.SequenceEqual("num.entries"u8))
            RowCount = number;
        else if (name.SequenceEqual("data.size"u8))
            DataBytes = number;
        else if (name.SequenceEqual("num.data.blocks"u8))
            BlockCount = number;
        else if (name.SequenceEqual("index.key.is.user.key"u8))
            IndexKeyIsUserKey = number != 0;
        else if (name.SequenceEqual("index.value.is.delta.encoded"u8))
            IndexValueIsDelta = number != 0;
        else if (number != 0)
            unsupported = name.SequenceEqual("num.range-deletions"u8) ? "range deletions"
                : name.SequenceEqual("deleted.keys"u8) ? "deletions"
                : name.SequenceEqual("merge.operands"u8) ? "merge operands"
                : name.SequenceEqual("udi.is.primary.index"u8) ? "an index of the user's own"
                : "keys and values stored apart";
    }

    // Format version 7 says who packed the blocks, then with what: "BuiltinV2;04;", or ";;" where none is packed. To others the types mean
    // other things.
    void TakeCompression(ReadOnlySpan<byte> value)
    {
        var nameBytes = value.IndexOf((byte)';');
        if (nameBytes > 0 && !value[..nameBytes].SequenceEqual("BuiltinV2"u8))
            unsupported = $"blocks packed by '{System.Text.Encoding.UTF8.GetString(value[..Math.Min(nameBytes, 200)])}'";
    }

    bool TakeIndexType(ReadOnlySpan<byte> value)
    {
        if (value.Length != sizeof(uint))
            return false;
        var type = BinaryPrimitives.ReadUInt32LittleEndian(value);
        if (type > (uint)IndexType.BinarySearchWithFirstKey)
            unsupported = $"index type {type}";
        IndexType = (IndexType)type;
        return true;
    }
}
