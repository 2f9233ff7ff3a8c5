using System.Numerics;
using ShardyFusion.Routing.Cel.Nodes;

namespace ShardyFusion.Routing.Cel;

/// <summary>The operators between two values of one type.</summary>
static class CelOperators
{
    /// <summary>What an operator makes of two values.</summary>
    /// <exception cref="CelExpressionException">There is no such operator for their types.</exception>
    public static CelNode Between(CelOperation operation, CelNode left, CelNode right)
    {
        if (left.Type != right.Type) throw NoOperator(operation, left.Type, right.Type);
        return (left, right) switch
        {
            (CelNode<long> first, CelNode<long> second) =>
                Arithmetic(operation.Operator, first, second) ?? Comparison(operation, first, second),
            (CelNode<ulong> first, CelNode<ulong> second) =>
                Arithmetic(operation.Operator, first, second) ?? Comparison(operation, first, second),
            (CelNode<double> first, CelNode<double> second) =>
                Arithmetic(operation.Operator, first, second) ?? Comparison(operation, first, second),
            (CelNode<bool> first, CelNode<bool> second) => Comparison(operation, AsNumber(first), AsNumber(second), CelType.Bool),
            (CelNode<CelText> first, CelNode<CelText> second) => OfTexts(operation, first, second),
            _ => throw NoOperator(operation, left.Type, right.Type),
        };
    }

    static CelExpressionException NoOperator(CelOperation operation, CelType left, CelType right) =>
        CelExpressionException.Invalid(operation.At,
        $"there is no '{operation.Operator}' for {left.StorageName()} and {right.StorageName()}{CelTypeAdvice.For(left, right)}");

    /// <summary>Booleans compare as 0 and 1 do.</summary>
    public static CelUnary<BoolToInt, bool, long> AsNumber(CelNode<bool> node) => new(CelType.Int, node);

    static CelNode? Arithmetic(string symbol, CelNode<long> left, CelNode<long> right) => symbol switch
    {
        "+" => new CelBinary<AddInt, long, long>(CelType.Int, left, right),
        "-" => new CelBinary<SubtractInt, long, long>(CelType.Int, left, right),
        "*" => new CelBinary<MultiplyInt, long, long>(CelType.Int, left, right),
        "/" => new CelBinary<DivideInt, long, long>(CelType.Int, left, right),
        "%" => new CelBinary<RemainderInt, long, long>(CelType.Int, left, right),
        _ => null,
    };

    static CelNode? Arithmetic(string symbol, CelNode<ulong> left, CelNode<ulong> right) => symbol switch
    {
        "+" => new CelBinary<AddUInt, ulong, ulong>(CelType.UInt, left, right),
        "-" => new CelBinary<SubtractUInt, ulong, ulong>(CelType.UInt, left, right),
        "*" => new CelBinary<MultiplyUInt, ulong, ulong>(CelType.UInt, left, right),
        "/" => new CelBinary<DivideUInt, ulong, ulong>(CelType.UInt, left, right),
        "%" => new CelBinary<RemainderUInt, ulong, ulong>(CelType.UInt, left, right),
        _ => null,
    };

    static CelNode? Arithmetic(string symbol, CelNode<double> left, CelNode<double> right) => symbol switch
    {
        "+" => new CelBinary<AddDouble, double, double>(CelType.Double, left, right),
        "-" => new CelBinary<SubtractDouble, double, double>(CelType.Double, left, right),
        "*" => new CelBinary<MultiplyDouble, double, double>(CelType.Double, left, right),
        "/" => new CelBinary<DivideDouble, double, double>(CelType.Double, left, right),
        _ => null,
    };

    static CelNode Comparison<T>(CelOperation operation, CelNode<T> left, CelNode<T> right, CelType? shown = null)
        where T : IComparisonOperators<T, T, bool> => operation.Operator switch
        {
            "==" => new CelBinary<Equal<T>, T, bool>(CelType.Bool, left, right),
            "!=" => new CelBinary<NotEqual<T>, T, bool>(CelType.Bool, left, right),
            "<" => new CelBinary<Less<T>, T, bool>(CelType.Bool, left, right),
            "<=" => new CelBinary<LessOrEqual<T>, T, bool>(CelType.Bool, left, right),
            ">" => new CelBinary<Greater<T>, T, bool>(CelType.Bool, left, right),
            ">=" => new CelBinary<GreaterOrEqual<T>, T, bool>(CelType.Bool, left, right),
            _ => throw NoOperator(operation, shown ?? left.Type, shown ?? right.Type),
        };

    static CelNode OfTexts(CelOperation operation, CelNode<CelText> left, CelNode<CelText> right) =>
        operation.Operator switch
        {
            "+" => new CelConcatenation(left.Type, [.. CelConcatenation.PartsOf(left), .. CelConcatenation.PartsOf(right)]),
            "==" => new CelBinary<TextEqual, CelText, bool>(CelType.Bool, left, right),
            "!=" => new CelBinary<TextNotEqual, CelText, bool>(CelType.Bool, left, right),
            "<" => new CelBinary<TextLess, CelText, bool>(CelType.Bool, left, right),
            "<=" => new CelBinary<TextLessOrEqual, CelText, bool>(CelType.Bool, left, right),
            ">" => new CelBinary<TextLess, CelText, bool>(CelType.Bool, right, left),
            ">=" => new CelBinary<TextLessOrEqual, CelText, bool>(CelType.Bool, right, left),
            _ => throw NoOperator(operation, left.Type, right.Type),
        };
}
