using System.Numerics;

namespace ShardyFusion.Routing.Cel.Nodes;

/// <summary>What an operator does to two operands.</summary>
interface ICelOperator<TOperand, TResult>
#if NET9_0_OR_GREATER
    where TOperand : allows ref struct
#endif
{
    /// <summary>Computes the result.</summary>
    /// <returns>Null, or why there is none.</returns>
    static abstract CelFault? Apply(TOperand left, TOperand right, out TResult result);
}

/// <summary>An operator between two operands of one type.</summary>
/// <remarks>The operator is a type of its own, so that its code is compiled in here: one virtual call an operand is all it costs.</remarks>
sealed class CelBinary<TOperator, TOperand, TResult>(CelType type, CelNode<TOperand> left, CelNode<TOperand> right) : CelNode<TResult>(type)
    where TOperator : struct, ICelOperator<TOperand, TResult>
#if NET9_0_OR_GREATER
    where TOperand : allows ref struct
#endif
{
    public override long Steps => 1 + left.Steps + right.Steps;

    public override bool TryEvaluate(ref CelRow row, out TResult value)
    {
        if (!left.TryEvaluate(ref row, out var first) || !right.TryEvaluate(ref row, out var second))
        {
            value = default!;
            return false;
        }
        var fault = TOperator.Apply(first, second, out value);
        return fault is null || row.Fail(fault);
    }
}

readonly struct Equal<T> : ICelOperator<T, bool> where T : IEqualityOperators<T, T, bool>
{
    public static CelFault? Apply(T left, T right, out bool result)
    {
        result = left == right;
        return null;
    }
}

readonly struct NotEqual<T> : ICelOperator<T, bool> where T : IEqualityOperators<T, T, bool>
{
    public static CelFault? Apply(T left, T right, out bool result)
    {
        result = left != right;
        return null;
    }
}

readonly struct Less<T> : ICelOperator<T, bool> where T : IComparisonOperators<T, T, bool>
{
    public static CelFault? Apply(T left, T right, out bool result)
    {
        result = left < right;
        return null;
    }
}

readonly struct LessOrEqual<T> : ICelOperator<T, bool> where T : IComparisonOperators<T, T, bool>
{
    public static CelFault? Apply(T left, T right, out bool result)
    {
        result = left <= right;
        return null;
    }
}

readonly struct Greater<T> : ICelOperator<T, bool> where T : IComparisonOperators<T, T, bool>
{
    public static CelFault? Apply(T left, T right, out bool result)
    {
        result = left > right;
        return null;
    }
}

readonly struct GreaterOrEqual<T> : ICelOperator<T, bool> where T : IComparisonOperators<T, T, bool>
{
    public static CelFault? Apply(T left, T right, out bool result)
    {
        result = left >= right;
        return null;
    }
}
