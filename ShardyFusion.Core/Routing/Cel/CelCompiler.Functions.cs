using System.Text;
using ShardyFusion.Routing.Cel.Nodes;
using ShardyFusion.Routing.Cel.Patterns;

namespace ShardyFusion.Routing.Cel;

sealed partial class CelCompiler
{
    static readonly HashSet<string> timeFunctions =
    [
        "duration", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getFullYear", "getHours", "getMilliseconds", "getMinutes",
        "getMonth", "getSeconds", "timestamp",
    ];

    CelNode Call(CelCall call)
    {
        if (call.Target is null)
        {
            if (call is { Name: "matches", Arguments: [var matched, var expression] }) return Matches(matched, expression);
            if (call.Arguments is [var argument] && Function(call, argument) is { } function) return function;
        }
        else
        {
            if (call is { Name: "size", Arguments: [] }) return Size(call, call.Target);
            if (call is { Name: "matches", Arguments: [var expression] }) return Matches(call.Target, expression);
            if (call is { Name: "startsWith" or "endsWith" or "contains", Arguments: [var part] })
                return TextTest(call.Name, call.Target, part);
            if (call.Arguments.Count == 2 && MacroOf(call.Name) is { } macro) return Macro(call, macro);
        }
        throw NoFunction(call);
    }

    static CelMacro? MacroOf(string name) => name switch
    {
        "exists" => CelMacro.Exists,
        "all" => CelMacro.All,
        "exists_one" => CelMacro.ExistsOne,
        _ => null,
    };

    static CelExpressionException NoFunction(CelCall call)
    {
        var name = call.Name;
        if (timeFunctions.Contains(name))
            return CelExpressionException.Unsupported(call.At, $"{name}() is not supported: no times and durations");
        if (name is "dyn" or "type" && call.Target is null)
            return CelExpressionException.Unsupported(call.At, $"{name}() is not supported: types are fixed");
        if (name is "map" or "filter" && call.Target is not null)
            return CelExpressionException.Unsupported(call.At, $"{name}() is not supported; use exists, all or 'in'");
        if (name is "has" && call.Target is null) return CelExpressionException.Unsupported(call.At, "has() is not supported; use 'in'");
        var advice = name switch
        {
            "startsWith" or "endsWith" or "contains" when call.Target is null => $"; write text.{name}(part)",
            "shard_hash" or "int" or "uint" or "double" or "string" or "bytes" or "bool" => $"; write {name}(value)",
            "size" => "; write size(text) or text.size()",
            "matches" => "; write text.matches('pattern')",
            "exists" or "all" or "exists_one" => $"; write [1, 2].{name}(x, x == column)",
            "len" or "length" => "; it is size()",
            "hash" or "xxh3" => "; it is shard_hash()",
            _ => "",
        };
        return CelExpressionException.Invalid(call.At,
            $"there is no {(call.Target is null ? "function" : "method")} {name}() with {call.Arguments.Count} arguments{advice}");
    }

    CelNode? Function(CelCall call, CelSyntax argument)
    {
        if (call.Name == "size") return Size(call, argument);
        if (call.Name is not ("int" or "uint" or "double" or "bool" or "string" or "bytes" or "shard_hash")) return null;
        var operand = Compile(argument);
        return call.Name switch
        {
            "int" => ToInt(operand),
            "uint" => ToUInt(operand),
            "double" => ToDouble(operand),
            "bool" => ToBool(operand),
            "string" => ToText(operand),
            "bytes" => ToBytes(operand),
            _ => Hash(operand),
        } ?? throw CelExpressionException.Invalid(call.At, $"{call.Name}() does not take {operand.Type.StorageName()}"
            + (call.Name == "shard_hash" ? "; convert with string()" : ""));
    }

    static CelNode? ToInt(CelNode operand) => operand switch
    {
        CelNode<long> => operand,
        CelNode<ulong> number => new CelUnary<UIntToInt, ulong, long>(CelType.Int, number),
        CelNode<double> number => new CelUnary<DoubleToInt, double, long>(CelType.Int, number),
        CelNode<ReadOnlySpan<byte>> { Type: CelType.String } text => new CelUnary<TextToInt, ReadOnlySpan<byte>, long>(CelType.Int, text),
        _ => null,
    };

    static CelNode? ToUInt(CelNode operand) => operand switch
    {
        CelNode<long> number => new CelUnary<IntToUInt, long, ulong>(CelType.UInt, number),
        CelNode<ulong> => operand,
        CelNode<double> number => new CelUnary<DoubleToUInt, double, ulong>(CelType.UInt, number),
        CelNode<ReadOnlySpan<byte>> { Type: CelType.String } text =>
            new CelUnary<TextToUInt, ReadOnlySpan<byte>, ulong>(CelType.UInt, text),
        _ => null,
    };

    static CelNode? ToDouble(CelNode operand) => operand switch
    {
        CelNode<long> number => new CelUnary<IntToDouble, long, double>(CelType.Double, number),
        CelNode<ulong> number => new CelUnary<UIntToDouble, ulong, double>(CelType.Double, number),
        CelNode<double> => operand,
        CelNode<ReadOnlySpan<byte>> { Type: CelType.String } text =>
            new CelUnary<TextToDouble, ReadOnlySpan<byte>, double>(CelType.Double, text),
        _ => null,
    };

    static CelNode? ToBool(CelNode operand) => operand switch
    {
        CelNode<bool> => operand,
        CelNode<ReadOnlySpan<byte>> { Type: CelType.String } text => new CelUnary<TextToBool, ReadOnlySpan<byte>, bool>(CelType.Bool, text),
        _ => null,
    };

    static CelNode? ToText(CelNode operand) => operand switch
    {
        CelNode<long> number => new CelFormatted<IntFormat, long>(number),
        CelNode<ulong> number => new CelFormatted<UIntFormat, ulong>(number),
        CelNode<double> number => new CelFormatted<DoubleFormat, double>(number),
        CelNode<bool> truth => new CelFormatted<BoolFormat, bool>(truth),
        CelNode<ReadOnlySpan<byte>> { Type: CelType.Bytes } bytes => new CelRetyped(CelType.String, mayBeNoText: true, bytes),
        _ => operand,
    };

    static CelNode? ToBytes(CelNode operand) => operand switch
    {
        CelNode<ReadOnlySpan<byte>> { Type: CelType.String } text => new CelRetyped(CelType.Bytes, mayBeNoText: false, text),
        CelNode<ReadOnlySpan<byte>> => operand,
        _ => null,
    };

    static CelNode? Hash(CelNode operand) => operand switch
    {
        CelNode<long> number => new CelUnary<HashInt, long, ulong>(CelType.UInt, number),
        CelNode<ulong> number => new CelUnary<HashUInt, ulong, ulong>(CelType.UInt, number),
        CelNode<ReadOnlySpan<byte>> text => new CelUnary<HashText, ReadOnlySpan<byte>, ulong>(CelType.UInt, text),
        _ => null,
    };

    CelNode Size(CelCall call, CelSyntax measured)
    {
        switch (measured)
        {
            case CelListSyntax list when Elements(list, null).All(IsConstant):
                return new CelConstant<long>(CelType.Int, list.Elements.Count);
            case CelMapSyntax map when map.Entries.All(entry => IsConstant(Compile(entry.Value))):
                return new CelConstant<long>(CelType.Int, Keys(map, null).Length);
            case CelListSyntax or CelMapSyntax:
                throw CelExpressionException.Unsupported(call.At, "size() of a list or map with computed elements is not supported");
        }
        var operand = Compile(measured);
        return operand switch
        {
            CelNode<ReadOnlySpan<byte>> { Type: CelType.String } text =>
                new CelUnary<CodePointCount, ReadOnlySpan<byte>, long>(CelType.Int, text),
            CelNode<ReadOnlySpan<byte>> bytes => new CelUnary<ByteCount, ReadOnlySpan<byte>, long>(CelType.Int, bytes),
            _ => throw CelExpressionException.Invalid(call.At, $"size() does not take {operand.Type.StorageName()}"),
        };
    }

    CelNode TextTest(string name, CelSyntax text, CelSyntax part)
    {
        var whole = As<ReadOnlySpan<byte>>(text, CelType.String, $"the value before .{name}()");
        var sought = As<ReadOnlySpan<byte>>(part, CelType.String, $"the argument of {name}()");
        return name switch
        {
            "startsWith" => new CelBinary<StartsWith, ReadOnlySpan<byte>, bool>(CelType.Bool, whole, sought),
            "endsWith" => new CelBinary<EndsWith, ReadOnlySpan<byte>, bool>(CelType.Bool, whole, sought),
            _ => new CelBinary<Contains, ReadOnlySpan<byte>, bool>(CelType.Bool, whole, sought),
        };
    }

    CelMatches Matches(CelSyntax text, CelSyntax expression)
    {
        var matched = As<ReadOnlySpan<byte>>(text, CelType.String, "what matches() looks at");
        var pattern = As<ReadOnlySpan<byte>>(expression, CelType.String, "the pattern of matches()") as CelTextConstant
            ?? throw CelExpressionException.Unsupported(expression.At, "a pattern that is not a text literal is not supported");
        return new CelMatches(matched, CelPattern.Compile(Encoding.UTF8.GetString(pattern.Value), expression.At));
    }
}
