namespace ShardyFusion.Routing.Cel.Nodes;

/// <summary><c>&amp;&amp;</c> and <c>||</c> over two or more operands.</summary>
/// <param name="decisive">The value of one operand that decides alone: false for and, true for or.</param>
/// <param name="operands">Two or more.</param>
/// <remarks>A decisive operand wins over faults on either side; without one the first fault is the result.</remarks>
sealed class CelJunction(bool decisive, CelNode<bool>[] operands) : CelNode<bool>(CelType.Bool)
{
    public override long Steps => 1 + operands.Sum(operand => operand.Steps);

    public override bool TryEvaluate(ref CelRow row, out bool value)
    {
        CelFault? first = null;
        value = decisive;
        foreach (var operand in operands)
        {
            if (!operand.TryEvaluate(ref row, out var result)) first ??= row.Fault;
            else if (result == decisive) return true;
        }
        value = !decisive;
        return first is null || row.Fail(first);
    }
}

/// <summary><c>!</c></summary>
sealed class CelNot(CelNode<bool> operand) : CelNode<bool>(CelType.Bool)
{
    public override long Steps => 1 + operand.Steps;

    public override bool TryEvaluate(ref CelRow row, out bool value)
    {
        var succeeded = operand.TryEvaluate(ref row, out value);
        value = !value;
        return succeeded;
    }
}

/// <summary><c>condition ? whenTrue : whenFalse</c>; only one branch is evaluated.</summary>
sealed class CelConditional<T>(CelNode<bool> condition, CelNode<T> whenTrue, CelNode<T> whenFalse) : CelNode<T>(whenTrue.Type)
#if NET9_0_OR_GREATER
    where T : allows ref struct
#endif
{
    public override long Steps => 1 + condition.Steps + whenTrue.Steps + whenFalse.Steps;

    public override bool TryEvaluate(ref CelRow row, out T value)
    {
        if (condition.TryEvaluate(ref row, out var isTrue)) return (isTrue ? whenTrue : whenFalse).TryEvaluate(ref row, out value);
        value = default!;
        return false;
    }
}
