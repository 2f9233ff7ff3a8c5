using System.Text;
using ShardyFusion.Routing.Cel.Nodes;
using ShardyFusion.Routing.Cel.Patterns;

namespace ShardyFusion.Routing.Cel;

sealed partial class CelCompiler
{
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
        throw CelCallAdvice.NoFunction(call);
    }

    static CelMacro? MacroOf(string name) => name switch
    {
        "exists" => CelMacro.Exists,
        "all" => CelMacro.All,
        "exists_one" => CelMacro.ExistsOne,
        _ => null,
    };

    CelNode? Function(CelCall call, CelSyntax argument)
    {
        if (call.Name == "size") return Size(call, argument);
        if (!CelConversions.Has(call.Name)) return null;
        var operand = Compile(argument);
        return CelConversions.Of(call.Name, operand) ?? throw CelExpressionException.Invalid(call.At,
            $"{call.Name}() does not take {operand.Type.StorageName()}{(call.Name == "shard_hash" ? "; convert with string()" : "")}");
    }

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
            CelNode<CelText> { Type: CelType.String } text =>
                new CelUnary<CodePointCount, CelText, long>(CelType.Int, text),
            CelNode<CelText> bytes => new CelUnary<ByteCount, CelText, long>(CelType.Int, bytes),
            _ => throw CelExpressionException.Invalid(call.At, $"size() does not take {operand.Type.StorageName()}"),
        };
    }

    CelNode TextTest(string name, CelSyntax text, CelSyntax part)
    {
        var whole = As<CelText>(text, CelType.String, $"the value before .{name}()");
        var sought = As<CelText>(part, CelType.String, $"the argument of {name}()");
        return name switch
        {
            "startsWith" => new CelBinary<StartsWith, CelText, bool>(CelType.Bool, whole, sought),
            "endsWith" => new CelBinary<EndsWith, CelText, bool>(CelType.Bool, whole, sought),
            _ => new CelBinary<Contains, CelText, bool>(CelType.Bool, whole, sought),
        };
    }

    CelMatches Matches(CelSyntax text, CelSyntax expression)
    {
        var matched = As<CelText>(text, CelType.String, "what matches() looks at");
        var pattern = As<CelText>(expression, CelType.String, "the pattern of matches()") as CelTextConstant
            ?? throw CelExpressionException.Unsupported(expression.At, "a pattern that is not a text literal is not supported");
        return new CelMatches(matched, CelPattern.Compile(Encoding.UTF8.GetString(pattern.Value), expression.At));
    }
}
