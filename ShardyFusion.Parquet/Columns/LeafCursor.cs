using System.Runtime.CompilerServices;
using ShardyFusion.Errors;
using ShardyFusion.Parquet.Decoding;
using ShardyFusion.Parquet.Format;
using ShardyFusion.Parquet.Pages;

namespace ShardyFusion.Parquet.Columns;

/// <summary>Walks over the entries of one column of one row group. For one thread.</summary>
sealed class LeafCursor : IDisposable
{
    readonly PageReader pages;
    readonly SchemaLeaf leaf;
    readonly ColumnType type;
    readonly long totalEntries;
    readonly Func<string, long, ShardyFusionException> fault;
    readonly ValueBatch values = new();
    readonly int[] definitions, repetitions;
    ValueDictionary? dictionary;
    ValueDecoder? decoder;
    RunLengthReader? definitionRuns, repetitionRuns;
    int entry, entryCount, value, valueCount;
    long pageEntriesLeft, entriesLeft;

    /// <param name="file">The file.</param>
    /// <param name="chunk">Where the pages lie; its range was checked.</param>
    /// <param name="leaf">The column.</param>
    /// <param name="fault">Makes the error for what is wrong with the page at an offset.</param>
    public LeafCursor(IFileBytes file, ColumnChunk chunk, SchemaLeaf leaf, Func<string, long, ShardyFusionException> fault)
    {
        (this.leaf, this.fault) = (leaf, fault);
        type = leaf.Type!;
        pages = new PageReader(file, chunk, leaf);
        totalEntries = entriesLeft = chunk.Values;
        definitions = leaf.MaxDefinition > 0 ? new int[ValueBatch.Capacity] : [];
        repetitions = leaf.MaxRepetition > 0 ? new int[ValueBatch.Capacity] : [];
        Row = -1;
        Refill();
        Land();
    }

    /// <summary>What the values mean.</summary>
    public ColumnType Type => type;

    /// <summary>Number, from 0, of the row to which the entry belongs; beyond the last row at the end.</summary>
    public long Row { get; private set; }

    /// <summary>True after the last entry.</summary>
    public bool IsAtEnd => entry == entryCount;

    /// <summary>How far down its path something is there.</summary>
    public int Definition => definitions.Length > 0 ? definitions[entry] : 0;

    /// <summary>At which list of the path the entry goes on; 0 where a row begins, and at the end.</summary>
    public int Repetition => repetitions.Length > 0 && !IsAtEnd ? repetitions[entry] : 0;

    /// <summary>True when the entry has a value.</summary>
    public bool HasValue => definitions.Length == 0 || definitions[entry] == leaf.MaxDefinition;

    /// <summary>The value, of a number.</summary>
    public long Number
    {
        get
        {
            if (value == valueCount) FillValues();
            return values.Numbers[value];
        }
    }

    /// <summary>The value, of bytes; good until <see cref="Advance"/>.</summary>
    public ReadOnlySpan<byte> Bytes
    {
        get
        {
            if (value == valueCount) FillValues();
            var range = values.Ranges[value];
            return values.Bytes.AsSpan(range.Start, range.Length);
        }
    }

    /// <summary>Goes to the next entry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Advance()
    {
        if (IsAtEnd) throw Fault("it has fewer entries than the columns beside it");
        if (HasValue)
        {
            if (value == valueCount) FillValues();
            value++;
        }
        if (++entry == entryCount) Refill();
        Land();
    }

    public void Dispose() => pages.Dispose();

    /// <summary>The error for entries that do not fit together.</summary>
    public ShardyFusionException Fault(string reason) => fault(reason, pages.Offset);

    void Land()
    {
        if (IsAtEnd || repetitions.Length == 0 || repetitions[entry] == 0) Row++;
        else if (Row < 0) throw Fault("its first row does not begin with it");
    }

    void FillValues()
    {
        try
        {
            valueCount = decoder!.Fill(values);
            value = 0;
        }
        catch (DamageException e)
        {
            throw Fault(e.Message);
        }
    }

    void Refill()
    {
        try
        {
            entry = entryCount = 0;
            while (pageEntriesLeft == 0)
            {
                if (!NextPage())
                {
                    if (entriesLeft > 0)
                        throw new DamageException(
                            $"the column has {totalEntries - entriesLeft} values, and the footer says {totalEntries}");
                    return;
                }
            }
            var count = (int)Math.Min(ValueBatch.Capacity, pageEntriesLeft);
            ReadLevels(repetitionRuns, repetitions, count, leaf.MaxRepetition);
            ReadLevels(definitionRuns, definitions, count, leaf.MaxDefinition);
            pageEntriesLeft -= count;
            entriesLeft -= count;
            entryCount = count;
        }
        catch (DamageException e)
        {
            throw Fault(e.Message);
        }
        catch (IOException e)
        {
            throw Fault($"it cannot be read: {e.Message}");
        }
    }

    bool NextPage()
    {
        while (pages.TryRead(out var page))
        {
            if (page.Kind == PageKind.Dictionary)
            {
                if (dictionary is not null) throw new DamageException("it is a second dictionary");
                if (page.Encoding is not ((int)PageEncoding.Plain or (int)PageEncoding.PlainDictionary))
                    throw new DamageException($"its dictionary has the unknown encoding {page.Encoding}");
                dictionary = new ValueDictionary(Decoders.Plain(page.Values, type), page.Count, type.IsNumber);
                continue;
            }
            if (page.Count > entriesLeft)
                throw new DamageException($"it says that it has {page.Count} values, and the footer leaves {entriesLeft} for it");
            pageEntriesLeft = page.Count;
            decoder = Decoders.For(page, type, dictionary);
            value = valueCount = 0;
            repetitionRuns = leaf.MaxRepetition > 0 ? new RunLengthReader(page.Repetition, BitsOf(leaf.MaxRepetition)) : null;
            definitionRuns = leaf.MaxDefinition > 0 ? new RunLengthReader(page.Definition, BitsOf(leaf.MaxDefinition)) : null;
            return true;
        }
        return false;
    }

    static int BitsOf(int max) => 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)max);

    static void ReadLevels(RunLengthReader? runs, int[] levels, int count, int max)
    {
        if (runs is null) return;
        var target = levels.AsSpan(0, count);
        if (runs.Read(target) < count) throw new DamageException("it has fewer levels than values");
        foreach (var level in target)
            if ((uint)level > (uint)max) throw new DamageException($"it has a level of {level}, and the schema allows {max}");
    }
}
