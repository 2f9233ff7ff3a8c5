namespace ShardyFusion.Routing.Cel.Nodes;

/// <summary>Constant values that are looked up, each once.</summary>
interface ICelKeys<T>
#if NET9_0_OR_GREATER
    where T : allows ref struct
#endif
{
    /// <summary>Position of a value in the list it was made from.</summary>
    /// <returns>Negative when it is not among them.</returns>
    int IndexOf(T value);
}

/// <summary>Numbers that are looked up.</summary>
sealed class NumberKeys<T> : ICelKeys<T> where T : IComparable<T>
{
    readonly T[] sorted;
    readonly int[] positions;

    public NumberKeys(IEnumerable<T> values)
    {
        sorted = [.. values];
        positions = [.. Enumerable.Range(0, sorted.Length)];
        Array.Sort(sorted, positions);
    }

    public int IndexOf(T value)
    {
        var index = Array.BinarySearch(sorted, value);
        return index < 0 ? -1 : positions[index];
    }
}

/// <summary>Texts that are looked up, or that cut the order of texts into ranges.</summary>
sealed class TextKeys : ICelKeys<CelText>
{
    readonly byte[][] sorted;
    readonly int[] positions;

    public TextKeys(IEnumerable<byte[]> values)
    {
        sorted = [.. values];
        positions = [.. Enumerable.Range(0, sorted.Length)];
        Array.Sort(sorted, positions, Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right)));
    }

    public int IndexOf(CelText value)
    {
        var index = UpperBound(value) - 1;
        return index >= 0 && value.SequenceEqual(sorted[index]) ? positions[index] : -1;
    }

    /// <summary>How many of them are not above <paramref name="value"/>.</summary>
    public int UpperBound(CelText value)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (value.SequenceCompareTo(sorted[middle]) < 0) high = middle;
            else low = middle + 1;
        }
        return low;
    }
}

/// <summary><c>in</c> with constants.</summary>
sealed class CelInConstants<T>(CelNode<T> operand, ICelKeys<T> keys) : CelNode<bool>(CelType.Bool)
#if NET9_0_OR_GREATER
    where T : allows ref struct
#endif
{
    public override long Steps => 1 + operand.Steps;

    public override bool TryEvaluate(ref CelRow row, out bool value)
    {
        var succeeded = operand.TryEvaluate(ref row, out var sought);
        value = succeeded && keys.IndexOf(sought) >= 0;
        return succeeded;
    }
}

/// <summary>Where a map's key stands among its entries.</summary>
sealed class CelEntryIndex<T>(CelNode<T> operand, ICelKeys<T> keys) : CelNode<long>(CelType.Int)
#if NET9_0_OR_GREATER
    where T : allows ref struct
#endif
{
    public override long Steps => 1 + operand.Steps;

    public override bool TryEvaluate(ref CelRow row, out long value)
    {
        value = -1;
        if (!operand.TryEvaluate(ref row, out var sought)) return false;
        value = keys.IndexOf(sought);
        return value >= 0 || row.Fail(CelFault.KeyNotFound);
    }
}

/// <summary><c>in</c> with a list of which not everything is constant.</summary>
/// <remarks>All elements are evaluated: a list with a fault is no list.</remarks>
sealed class CelInList<TEqual, T>(CelNode<T> operand, CelNode<T>[] elements) : CelNode<bool>(CelType.Bool)
    where TEqual : struct, ICelOperator<T, bool>
#if NET9_0_OR_GREATER
    where T : allows ref struct
#endif
{
    public override long Steps => 1 + operand.Steps + elements.Sum(element => element.Steps);

    public override bool TryEvaluate(ref CelRow row, out bool value)
    {
        value = false;
        if (!operand.TryEvaluate(ref row, out var sought)) return false;
        foreach (var element in elements)
        {
            if (!element.TryEvaluate(ref row, out var candidate)) return false;
            TEqual.Apply(sought, candidate, out var isEqual);
            value |= isEqual;
        }
        return true;
    }
}

/// <summary>One element of a list that the expression spells out.</summary>
/// <param name="elements">All of one type.</param>
/// <param name="index">Which, from 0.</param>
/// <param name="isConstant">False when elements may have faults; then all are evaluated.</param>
sealed class CelElement<T>(CelNode<T>[] elements, CelNode<long> index, bool isConstant) : CelNode<T>(elements[0].Type)
#if NET9_0_OR_GREATER
    where T : allows ref struct
#endif
{
    public override long Steps => 1 + index.Steps + (isConstant ? 1 : elements.Sum(element => element.Steps));

    public override bool TryEvaluate(ref CelRow row, out T value)
    {
        value = default!;
        if (!index.TryEvaluate(ref row, out var position)) return false;
        if (position < 0 || position >= elements.Length) return row.Fail(CelFault.IndexRange);
        if (isConstant) return elements[position].TryEvaluate(ref row, out value);
        for (var i = 0; i < elements.Length; i++)
        {
            if (!elements[i].TryEvaluate(ref row, out var element)) return false;
            if (i == position) value = element;
        }
        return true;
    }
}
