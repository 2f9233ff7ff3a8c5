namespace ShardyFusion.Routing.Cel;

/// <summary>What is said about a call of something that is not there.</summary>
static class CelCallAdvice
{
    static readonly HashSet<string> timeFunctions =
    [
        "duration", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getFullYear", "getHours", "getMilliseconds", "getMinutes",
        "getMonth", "getSeconds", "timestamp",
    ];

    /// <summary>Names the function, why it is not there, and what to write instead.</summary>
    public static CelExpressionException NoFunction(CelCall call)
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
}
