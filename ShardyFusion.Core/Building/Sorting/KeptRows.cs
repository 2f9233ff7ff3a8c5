using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ShardyFusion.Building.Input;

namespace ShardyFusion.Building.Sorting;

/// <summary>Rows that stay where the caller has them: sorted and encoded from there, never copied. Safe for concurrent callers.</summary>
/// <remarks>A locator is the top bit, 15 bits for the table, 48 for the row's number in it.</remarks>
abstract class KeptRows
{
    public const int MostTables = 1 << 15;

    const int TableShift = 48;
    const ulong Mark = 1UL << 63;

    protected const ulong RowMask = (1UL << TableShift) - 1;

    /// <summary>True for a locator of a kept row, false for one of <see cref="RowSlabs"/>.</summary>
    public static bool Has(ulong locator) => (long)locator < 0;

    /// <summary>Names a row.</summary>
    /// <param name="table">Which table, see <see cref="TableOf"/>.</param>
    /// <param name="row">From 0.</param>
    public static ulong LocatorOf(int table, long row) => Mark | (ulong)table << TableShift | (ulong)row;

    /// <summary>Which table a locator is about.</summary>
    public static int TableOf(ulong locator) => (int)((locator & ~Mark) >> TableShift);

    protected static long RowOf(ulong locator) => (long)(locator & RowMask);

    /// <summary>The row; its key is empty when keys are integers: those are in the entries that rows are sorted by.</summary>
    public abstract RowRecord Read(ulong locator);

    /// <summary>As <see cref="RowSlabs.FetchFronts"/>.</summary>
    /// <returns>How many leading entries are of this table: at least 1.</returns>
    public abstract int FetchFronts(ReadOnlySpan<SortEntry> entries);

    /// <summary>As <see cref="RowSlabs.FetchRests"/>.</summary>
    /// <returns>How many leading entries are of this table: at least 1.</returns>
    public abstract int FetchRests(ReadOnlySpan<SortEntry> entries);
}

/// <summary>A table whose rows stay.</summary>
/// <param name="rows">The table.</param>
/// <param name="rowsBefore">Rows of the input before the table's first one.</param>
sealed class KeptRows<TRows>(TRows rows, long rowsBefore) : KeptRows where TRows : IRowTable
{
    readonly bool hasTextKeys = !rows.HasIntegerKeys;

    public override RowRecord Read(ulong locator)
    {
        var row = RowOf(locator);
        return new RowRecord { Key = hasTextKeys ? rows.TextKey(row) : default, Value = rows.Value(row), Ordinal = rowsBefore + row + 1 };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int FetchFronts(ReadOnlySpan<SortEntry> entries)
    {
        var table = entries[0].Locator & ~RowMask;
        for (var i = 0; i < entries.Length; i++)
        {
            if ((entries[i].Locator & ~RowMask) != table) return i;
            var row = RowOf(entries[i].Locator);
            RowSlabs.Fetch(in MemoryMarshal.GetReference(rows.Value(row)));
            if (hasTextKeys) RowSlabs.Fetch(in MemoryMarshal.GetReference(rows.TextKey(row)));
        }
        return entries.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int FetchRests(ReadOnlySpan<SortEntry> entries)
    {
        var table = entries[0].Locator & ~RowMask;
        for (var i = 0; i < entries.Length; i++)
        {
            if ((entries[i].Locator & ~RowMask) != table) return i;
            var value = rows.Value(RowOf(entries[i].Locator));
            RowSlabs.FetchRest(in MemoryMarshal.GetReference(value), value.Length);
        }
        return entries.Length;
    }
}
