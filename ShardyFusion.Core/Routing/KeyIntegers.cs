using System.Numerics;
using System.Runtime.CompilerServices;

namespace ShardyFusion.Routing;

/// <summary>Reads integers out of what may be a key.</summary>
static class KeyIntegers
{
    /// <summary>Largest integers that double and float name without gaps.</summary>
    const double ExactDouble = 1L << 53, ExactSingle = 1 << 24;

    /// <summary>Reads plain decimal digits, of UTF-16 or UTF-8 units alike.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static KeyFault Parse<TUnit>(ReadOnlySpan<TUnit> text, out ulong value) where TUnit : unmanaged, IBinaryInteger<TUnit>
    {
        value = 0;
        if (uint.CreateTruncating(text[0]) == '-' && text.Length > 1)
        {
            var magnitude = Parse(text[1..], out _);
            return magnitude is KeyFault.None or KeyFault.TooLarge or KeyFault.LeadingZero ? KeyFault.Negative : KeyFault.NotPlainDecimal;
        }
        var tooLarge = false;
        foreach (var unit in text)
        {
            var digit = uint.CreateTruncating(unit) - '0';
            if (digit > 9)
                return KeyFault.NotPlainDecimal;
            // 10 * value + 9 stays below 2^64 as long as value is below this.
            if (value > (ulong.MaxValue - 9) / 10)
                tooLarge = true;
            else
                value = value * 10 + digit;
        }
        if (uint.CreateTruncating(text[0]) == '0' && text.Length > 1)
            return KeyFault.LeadingZero;
        return tooLarge ? KeyFault.TooLarge : KeyFault.None;
    }

    /// <summary>Takes a number of any .NET type as the integer that it is.</summary>
    public static KeyFault Read(object? key, out BigInteger integer)
    {
        integer = default;
        switch (key)
        {
            case null or DBNull: return KeyFault.Null;
            case bool: return KeyFault.Boolean;
            case int value: integer = value; break;
            case long value: integer = value; break;
            case ulong value: integer = value; break;
            case uint value: integer = value; break;
            case short value: integer = value; break;
            case ushort value: integer = value; break;
            case byte value: integer = value; break;
            case sbyte value: integer = value; break;
            case nint value: integer = value; break;
            case nuint value: integer = value; break;
            case BigInteger value: integer = value; break;
            case Int128 value: integer = value; break;
            case UInt128 value: integer = value; break;
            case decimal value:
                if (decimal.Truncate(value) != value) return KeyFault.Fraction;
                integer = new BigInteger(value);
                break;
            case double value: return ReadFloating(value, ExactDouble, out integer);
            case float value: return ReadFloating(value, ExactSingle, out integer);
            default: return KeyFault.WrongType;
        }
        return integer.Sign < 0 ? KeyFault.Negative : KeyFault.None;
    }

    static KeyFault ReadFloating(double value, double exactLimit, out BigInteger integer)
    {
        integer = default;
        if (!double.IsFinite(value) || Math.Truncate(value) != value)
            return KeyFault.Fraction;
        if (Math.Abs(value) > exactLimit)
            return KeyFault.Inexact;
        integer = new BigInteger(value);
        return integer.Sign < 0 ? KeyFault.Negative : KeyFault.None;
    }
}
