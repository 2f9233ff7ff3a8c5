namespace ShardyFusion.Routing.Cel.Nodes;

/// <summary>How a macro's variable takes a value.</summary>
interface ICelVariable<T>
#if NET9_0_OR_GREATER
    where T : allows ref struct
#endif
{
    /// <summary>Sets the variable in <paramref name="slot"/>.</summary>
    /// <returns>False when a text does not fit.</returns>
    static abstract bool TrySet(CelColumns columns, int slot, T value);
}

readonly struct IntVariable : ICelVariable<long>
{
    public static bool TrySet(CelColumns columns, int slot, long value)
    {
        columns[slot] = new CelValue { Number = value };
        return true;
    }
}

readonly struct UIntVariable : ICelVariable<ulong>
{
    public static bool TrySet(CelColumns columns, int slot, ulong value) => IntVariable.TrySet(columns, slot, (long)value);
}

readonly struct DoubleVariable : ICelVariable<double>
{
    public static bool TrySet(CelColumns columns, int slot, double value) =>
        IntVariable.TrySet(columns, slot, BitConverter.DoubleToInt64Bits(value));
}

readonly struct BoolVariable : ICelVariable<bool>
{
    public static bool TrySet(CelColumns columns, int slot, bool value) => IntVariable.TrySet(columns, slot, value ? 1 : 0);
}

readonly struct TextVariable : ICelVariable<CelText>
{
    public static bool TrySet(CelColumns columns, int slot, CelText value)
    {
        if (!columns.Scratch.Keep(value, out var kept)) return false;
        columns[slot] = new CelValue { Text = kept.Array, Offset = kept.Offset, Length = kept.Count };
        return true;
    }
}

/// <summary>A macro over a list that the expression spells out.</summary>
/// <param name="macro"><c>exists</c>, <c>all</c> or <c>exists_one</c>.</param>
/// <param name="elements">All of one type.</param>
/// <param name="slot">Where the variable is.</param>
/// <param name="body">Evaluated for each element.</param>
/// <param name="isConstant">False when elements may have faults; then all are evaluated before the first body.</param>
sealed class CelLoop<TVariable, T>(CelMacro macro, CelNode<T>[] elements, int slot, CelNode<bool> body, bool isConstant)
    : CelNode<bool>(CelType.Bool)
    where TVariable : struct, ICelVariable<T>
#if NET9_0_OR_GREATER
    where T : allows ref struct
#endif
{
    public override long Steps =>
        1 + elements.Sum(element => 2 * element.Steps) + elements.Length * Math.Min(body.Steps, CelCompiler.MaxSteps);

    public override bool TryEvaluate(ref CelRow row, out bool value)
    {
        value = false;
        if (!isConstant)
        {
            foreach (var element in elements)
                if (!element.TryEvaluate(ref row, out _)) return false;
        }
        var begin = row.Columns.Scratch.Position;
        var succeeded = macro == CelMacro.ExistsOne ? TryCount(ref row, out value) : TryJoin(ref row, macro == CelMacro.Exists, out value);
        row.Columns.Scratch.Place(begin, default);
        return succeeded;
    }

    bool TryBody(ref CelRow row, CelNode<T> element, out bool value)
    {
        value = false;
        if (!element.TryEvaluate(ref row, out var item)) return false;
        return TVariable.TrySet(row.Columns, slot, item) ? body.TryEvaluate(ref row, out value) : row.Fail(CelFault.TextTooLong);
    }

    // As && and ||: one decisive element wins over faults of others.
    bool TryJoin(ref CelRow row, bool decisive, out bool value)
    {
        CelFault? first = null;
        value = decisive;
        foreach (var element in elements)
        {
            if (!TryBody(ref row, element, out var result)) first ??= row.Fault;
            else if (result == decisive) return true;
        }
        value = !decisive;
        return first is null || row.Fail(first);
    }

    bool TryCount(ref CelRow row, out bool value)
    {
        var count = 0;
        value = false;
        foreach (var element in elements)
        {
            if (!TryBody(ref row, element, out var result)) return false;
            if (result) count++;
        }
        value = count == 1;
        return true;
    }
}

/// <summary>The macros that are followed.</summary>
enum CelMacro
{
    Exists,
    All,
    ExistsOne,
}
