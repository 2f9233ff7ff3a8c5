using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>Footer, metaindex and properties: where everything else of a table is and how to read it.</summary>
sealed class TableDirectory
{
    TableDirectory(Footer footer, Metaindex metaindex, TableProperties properties) =>
        (Footer, Metaindex, Properties) = (footer, metaindex, properties);

    public Footer Footer { get; }

    public Metaindex Metaindex { get; }

    public TableProperties Properties { get; }

    /// <summary>The filter to use; null when there is none, or none that knows whole keys.</summary>
    public BlockHandle? Filter => Properties.FilterHoldsWholeKeys ? Metaindex.Filter : null;

    /// <summary>Nothing but data blocks lies before this offset, as far as the directory tells.</summary>
    public long MetadataStart
    {
        get
        {
            var start = Math.Min(Metaindex.Properties.Offset, Math.Min(Metaindex.Index.Offset, Filter?.Offset ?? long.MaxValue));
            // Partitions lie before the blocks that name them, and behind the data.
            var hasPartitions = Properties.IndexType == IndexType.TwoLevel || (Metaindex.FilterIsPartitioned && Filter is not null);
            return hasPartitions ? Math.Min(start, Properties.DataBytes) : start;
        }
    }

    /// <summary>Reads the footer alone.</summary>
    /// <exception cref="Errors.ShardCorruptException">Not a table, damaged, or of an unsupported version.</exception>
    public static Footer ReadFooter<TBytes>(string file, TBytes bytes, long fileBytes) where TBytes : struct, IFileBytes
    {
        var length = (int)Math.Min(fileBytes, Footer.Size);
        var offset = fileBytes - length;
        var origin = new BlockOrigin(file, offset);
        var end = bytes.Slice(offset, length);
        if (!Footer.TryRead(end, fileBytes, out var footer, out var fault))
            throw Footer.DescribeUnsupported(end) is { } kind ? origin.Unsupported(kind) : origin.Fault(fault!);
        return footer!;
    }

    /// <summary>Reads metaindex and properties.</summary>
    /// <exception cref="Errors.ShardCorruptException">Damaged, or a table that this reader does not support.</exception>
    public static TableDirectory Read<TBytes>(Footer footer, BlockReader<TBytes> reader) where TBytes : struct, IFileBytes
    {
        var metaindex = Metaindex.Read(footer, reader);
        return new TableDirectory(footer, metaindex, reader.ReadProperties(metaindex.Properties));
    }
}
