using ShardyFusion.Routing.Cel.Nodes;

namespace ShardyFusion.Routing.Cel;

sealed partial class CelCompiler
{
    CelNode Operation(CelOperation operation) => operation.Operator switch
    {
        "&&" => new CelJunction(decisive: false, Conditions(operation)),
        "||" => new CelJunction(decisive: true, Conditions(operation)),
        "!" => new CelNot(As<bool>(operation.Operands[0], CelType.Bool, "the operand of '!'")),
        "?:" => Conditional(operation),
        "-" when operation.Operands.Count == 1 => Negation(operation),
        "in" => Membership(operation),
        "[]" => Element(operation),
        _ => Binary(operation),
    };

    CelNode<bool>[] Conditions(CelOperation operation) =>
        [.. operation.Operands.Select(operand => As<bool>(operand, CelType.Bool, $"an operand of '{operation.Operator}'"))];

    CelNode Conditional(CelOperation operation)
    {
        var condition = As<bool>(operation.Operands[0], CelType.Bool, "the condition before '?'");
        var (whenTrue, whenFalse) = (Compile(operation.Operands[1]), Compile(operation.Operands[2]));
        if (whenTrue.Type != whenFalse.Type)
            throw CelExpressionException.Invalid(operation.At,
                $"both results of a condition must have one type, not {whenTrue.Type.StorageName()} and "
                    + $"{whenFalse.Type.StorageName()}{CelTypeAdvice.For(whenTrue.Type, whenFalse.Type)}");
        return whenTrue.Type switch
        {
            CelType.Int => Conditional<long>(condition, whenTrue, whenFalse),
            CelType.UInt => Conditional<ulong>(condition, whenTrue, whenFalse),
            CelType.Double => Conditional<double>(condition, whenTrue, whenFalse),
            CelType.Bool => Conditional<bool>(condition, whenTrue, whenFalse),
            _ => Conditional<CelText>(condition, whenTrue, whenFalse),
        };
    }

    static CelConditional<T> Conditional<T>(CelNode<bool> condition, CelNode whenTrue, CelNode whenFalse)
#if NET9_0_OR_GREATER
        where T : allows ref struct
#endif
        => new(condition, (CelNode<T>)whenTrue, (CelNode<T>)whenFalse);

    CelNode Negation(CelOperation operation)
    {
        var operand = Compile(operation.Operands[0]);
        return operand switch
        {
            CelNode<long> number => new CelUnary<NegateInt, long, long>(CelType.Int, number),
            CelNode<double> number => new CelUnary<NegateDouble, double, double>(CelType.Double, number),
            _ => throw CelExpressionException.Invalid(operation.At,
                $"'-' before a value needs int or double, not {operand.Type.StorageName()}"),
        };
    }

    CelNode Binary(CelOperation operation)
    {
        var (left, right) = (Compile(operation.Operands[0]), Compile(operation.Operands[1]));
        return CelOperators.Between(operation, left, right);
    }
}
