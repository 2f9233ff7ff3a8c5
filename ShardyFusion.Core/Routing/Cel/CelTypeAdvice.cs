namespace ShardyFusion.Routing.Cel;

/// <summary>How to make the types of two values one.</summary>
static class CelTypeAdvice
{
    /// <summary>As the end of a message; empty where nothing helps.</summary>
    public static string For(CelType left, CelType right) => left < right ? Of((left, right)) : Of((right, left));

    static string Of((CelType, CelType) types) => types switch
    {
        (CelType.Int, CelType.UInt) => "; write a uint number as 4u, or convert with int() or uint()",
        (CelType.Int, CelType.Double) => "; write a double number as 1.0, or convert with double() or int()",
        (CelType.UInt, CelType.Double) => "; write numbers as 4u or 1.0, or convert with double() or uint()",
        (CelType.Int or CelType.UInt or CelType.Double or CelType.Bool, CelType.String) => "; convert with string()",
        (CelType.String, CelType.Bytes) => "; convert with string() or bytes()",
        _ => "",
    };
}
