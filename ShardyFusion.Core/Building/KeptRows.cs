using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ShardyFusion.Building.Input;

namespace ShardyFusion.Building;

/// <summary>Rows that stay where the caller has them: sorted and encoded from there, never copied. Safe for concurrent callers.</summary>
/// <remarks>A locator is the top bit, 15 bits for the table, 48 for the row's number in it.</remarks>
abstract class KeptRows
{
    public const int MostTables = 1 << 15;

    const int TableShift = 48;
    const ulong Mark = 1UL << 63, RowMask = (1UL << TableShift) - 1;

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

    /// <summary>Has the processor fetch the row.</summary>
    public abstract void Prefetch(ulong locator);
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
    public override void Prefetch(ulong locator)
    {
        var row = RowOf(locator);
        var value = rows.Value(row);
        RowSlabs.PrefetchRow(in MemoryMarshal.GetReference(value), value.Length);
        if (hasTextKeys) RowSlabs.PrefetchRow(in MemoryMarshal.GetReference(rows.TextKey(row)), 1);
    }
}
