using ShardyFusion.Routing.Cel.Nodes;

namespace ShardyFusion.Routing.Cel;

/// <summary>The parts of an expression that have no parts: literals and columns.</summary>
static class CelLeaves
{
    /// <summary>A literal.</summary>
    public static CelNode Constant(CelLiteral literal) => literal.Type switch
    {
        CelType.Int => new CelConstant<long>(CelType.Int, (long)literal.Value),
        CelType.UInt => new CelConstant<ulong>(CelType.UInt, (ulong)literal.Value),
        CelType.Double => new CelConstant<double>(CelType.Double, (double)literal.Value),
        CelType.Bool => new CelConstant<bool>(CelType.Bool, (bool)literal.Value),
        _ => new CelTextConstant(literal.Type, (byte[])literal.Value),
    };

    /// <summary>A column of the row, or the variable of a loop.</summary>
    public static CelNode Column(CelType type, int slot) => type switch
    {
        CelType.Int => new IntColumn(slot),
        CelType.UInt => new UIntColumn(slot),
        CelType.Double => new DoubleColumn(slot),
        CelType.Bool => new BoolColumn(slot),
        _ => new TextColumn(type, slot),
    };

    /// <summary>The key, as the type that its column is declared as.</summary>
    /// <exception cref="CelExpressionException">Keys of this encoding are no such values.</exception>
    public static CelNode Key(CelType type, KeyEncoding encoding, CelPosition at) => (type, encoding) switch
    {
        (CelType.Int, KeyEncoding.U64BE or KeyEncoding.U32BE) => new IntKey(),
        (CelType.UInt, KeyEncoding.U64BE or KeyEncoding.U32BE) => new UIntKey(),
        (CelType.Double, KeyEncoding.U64BE or KeyEncoding.U32BE) => new DoubleKey(),
        (CelType.String, KeyEncoding.Utf8) => new TextKey(type, mayBeNoText: false),
        (CelType.String, KeyEncoding.Raw) => new TextKey(type, mayBeNoText: true),
        (CelType.Bytes, KeyEncoding.Raw) => new TextKey(type, mayBeNoText: false),
        _ => throw CelExpressionException.Invalid(at,
            $"the column 'key' is declared {type.StorageName()}, but keys are {encoding.StorageName()}; declare it "
            + encoding switch { KeyEncoding.Utf8 => "string", KeyEncoding.Raw => "bytes", _ => "int" }),
    };
}
