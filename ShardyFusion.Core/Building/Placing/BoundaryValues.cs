using System.Globalization;
using System.Numerics;
using ShardyFusion.Routing;
using ShardyFusion.Routing.Cel;

namespace ShardyFusion.Building.Placing;

/// <summary>Boundaries as someone gives them, turned into what a manifest holds.</summary>
static class BoundaryValues
{
    /// <param name="given">Numbers of any .NET type, or text.</param>
    /// <param name="type">The type of what they are compared with: where it is a number, text becomes one.</param>
    /// <returns>Integers, doubles and strings; whether they fit together is looked at where they are used.</returns>
    /// <exception cref="Errors.ShardyFusionException"><see cref="Errors.ErrorKind.ConfigValidation"/>: text is no number, or the values are
    /// bytes, for which manifests have no form.</exception>
    public static IReadOnlyList<object?> Of(IReadOnlyList<object> given, CelType type) => type == CelType.Bytes
        ? throw CelSharding.Invalid("its value is bytes, and manifests cannot keep boundaries of bytes; compare text, as in string(key)")
        : [.. given.Select(value => Of(value, type))];

    static object? Of(object? value, CelType type) => value switch
    {
        string text when !type.IsText() => Number(text, type),
        char character => character.ToString(),
        float number => (double)number,
        decimal number when decimal.IsInteger(number) => Integer((BigInteger)number),
        decimal number => (double)number,
        ulong or BigInteger or Int128 => Integer(value is ulong number ? number : value is Int128 wide ? wide : (BigInteger)value),
        byte or sbyte or short or ushort or int or uint => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        _ => value,
    };

    static object Number(string text, CelType type)
    {
        if (BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
            return Integer(integer);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
            : throw CelSharding.Invalid(
            $"the boundary {KeyFaults.Quote(text)} is no number, and what it is compared with is {type.StorageName()}");
    }

    static object Integer(BigInteger value)
    {
        if (value < long.MinValue || value > long.MaxValue) return value;
        return long.CreateChecked(value);
    }
}
