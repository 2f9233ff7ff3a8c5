using ShardyFusion.Routing.Cel.Nodes;

namespace ShardyFusion.Routing.Cel;

/// <summary>The functions that make a value of another type.</summary>
static class CelConversions
{
    /// <summary>True for the name of one.</summary>
    public static bool Has(string name) => name is "int" or "uint" or "double" or "bool" or "string" or "bytes" or "shard_hash";

    /// <summary>What a function makes of a value; null when it does not take one of its type.</summary>
    public static CelNode? Of(string name, CelNode operand) => name switch
    {
        "int" => ToInt(operand),
        "uint" => ToUInt(operand),
        "double" => ToDouble(operand),
        "bool" => ToBool(operand),
        "string" => ToText(operand),
        "bytes" => ToBytes(operand),
        _ => Hash(operand),
    };

    static CelNode? ToInt(CelNode operand) => operand switch
    {
        CelNode<long> => operand,
        CelNode<ulong> number => new CelUnary<UIntToInt, ulong, long>(CelType.Int, number),
        CelNode<double> number => new CelUnary<DoubleToInt, double, long>(CelType.Int, number),
        CelNode<CelText> { Type: CelType.String } text => new CelUnary<TextToInt, CelText, long>(CelType.Int, text),
        _ => null,
    };

    static CelNode? ToUInt(CelNode operand) => operand switch
    {
        CelNode<long> number => new CelUnary<IntToUInt, long, ulong>(CelType.UInt, number),
        CelNode<ulong> => operand,
        CelNode<double> number => new CelUnary<DoubleToUInt, double, ulong>(CelType.UInt, number),
        CelNode<CelText> { Type: CelType.String } text =>
            new CelUnary<TextToUInt, CelText, ulong>(CelType.UInt, text),
        _ => null,
    };

    static CelNode? ToDouble(CelNode operand) => operand switch
    {
        CelNode<long> number => new CelUnary<IntToDouble, long, double>(CelType.Double, number),
        CelNode<ulong> number => new CelUnary<UIntToDouble, ulong, double>(CelType.Double, number),
        CelNode<double> => operand,
        CelNode<CelText> { Type: CelType.String } text =>
            new CelUnary<TextToDouble, CelText, double>(CelType.Double, text),
        _ => null,
    };

    static CelNode? ToBool(CelNode operand) => operand switch
    {
        CelNode<bool> => operand,
        CelNode<CelText> { Type: CelType.String } text => new CelUnary<TextToBool, CelText, bool>(CelType.Bool, text),
        _ => null,
    };

    static CelNode? ToText(CelNode operand) => operand switch
    {
        CelNode<long> number => new CelFormatted<IntFormat, long>(number),
        CelNode<ulong> number => new CelFormatted<UIntFormat, ulong>(number),
        CelNode<double> number => new CelFormatted<DoubleFormat, double>(number),
        CelNode<bool> truth => new CelFormatted<BoolFormat, bool>(truth),
        CelNode<CelText> { Type: CelType.Bytes } bytes => new CelRetyped(CelType.String, mayBeNoText: true, bytes),
        _ => operand,
    };

    static CelNode? ToBytes(CelNode operand) => operand switch
    {
        CelNode<CelText> { Type: CelType.String } text => new CelRetyped(CelType.Bytes, mayBeNoText: false, text),
        CelNode<CelText> => operand,
        _ => null,
    };

    static CelNode? Hash(CelNode operand) => operand switch
    {
        CelNode<long> number => new CelUnary<HashInt, long, ulong>(CelType.UInt, number),
        CelNode<ulong> number => new CelUnary<HashUInt, ulong, ulong>(CelType.UInt, number),
        CelNode<CelText> text => new CelUnary<HashText, CelText, ulong>(CelType.UInt, text),
        _ => null,
    };
}
