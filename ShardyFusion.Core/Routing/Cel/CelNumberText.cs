using System.Buffers.Text;
using System.Globalization;

namespace ShardyFusion.Routing.Cel;

/// <summary>Numbers written as text: strictly, as files have them, and loosely, as the conversions of expressions take them.</summary>
static class CelNumberText
{
    /// <summary>Decimal digits, with a minus sign or none.</summary>
    public static bool TryInt(ReadOnlySpan<byte> text, out long value) =>
        Utf8Parser.TryParse(text, out value, out var used) && used == text.Length && text[0] != '+';

    /// <summary>Decimal digits.</summary>
    public static bool TryUInt(ReadOnlySpan<byte> text, out ulong value) =>
        Utf8Parser.TryParse(text, out value, out var used) && used == text.Length && char.IsAsciiDigit((char)text[0]);

    /// <summary>A number in decimal notation, with an exponent or without.</summary>
    public static bool TryDouble(ReadOnlySpan<byte> text, out double value)
    {
        value = 0;
        return IsDecimal(text, 0) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>As <c>int(string)</c> takes it: with space around, and a plus sign.</summary>
    public static bool TryLooseInt(ReadOnlySpan<byte> text, out long value)
    {
        text = Trim(text);
        if (text is [(byte)'+', >= (byte)'0' and <= (byte)'9', ..]) text = text[1..];
        return TryInt(text, out value);
    }

    /// <summary>As <c>uint(string)</c> takes it.</summary>
    public static bool TryLooseUInt(ReadOnlySpan<byte> text, out ulong value)
    {
        text = Trim(text);
        return TryUInt(text is [(byte)'+', ..] ? text[1..] : text, out value);
    }

    /// <summary>As <c>double(string)</c> takes it: also hexadecimal, infinities and NaN in any case.</summary>
    public static bool TryLooseDouble(ReadOnlySpan<byte> text, out double value)
    {
        text = Trim(text);
        var isNegative = text is [(byte)'-', ..];
        var magnitude = isNegative || text is [(byte)'+', ..] ? text[1..] : text;
        var isNumber = TryMagnitude(magnitude, out value);
        if (isNegative) value = BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(value) | long.MinValue);
        return isNumber;
    }

    static bool TryMagnitude(ReadOnlySpan<byte> text, out double value)
    {
        if (Ascii(text, "inf"u8) || Ascii(text, "infinity"u8))
        {
            value = double.PositiveInfinity;
            return true;
        }
        if (IsNaN(text))
        {
            value = BitConverter.Int64BitsToDouble(CelDoubles.PositiveNaNBits);
            return true;
        }
        if (text is [(byte)'0', (byte)'x' or (byte)'X', ..]) return TryHex(text[2..], out value);
        value = 0;
        return IsDecimal(text, 0) && text is not [(byte)'-' or (byte)'+', ..]
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    static bool Ascii(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower) => System.Text.Ascii.EqualsIgnoreCase(text, lower);

    // nan, or nan(letters, digits and underscores)
    static bool IsNaN(ReadOnlySpan<byte> text)
    {
        if (text.Length < 3 || !Ascii(text[..3], "nan"u8)) return false;
        if (text.Length == 3) return true;
        if (text[3] != '(' || text[^1] != ')') return false;
        foreach (var character in text[4..^1])
            if (!char.IsAsciiLetterOrDigit((char)character) && character != '_') return false;
        return true;
    }

    // Sign, digits with a point or none, exponent with a sign or none.
    static bool IsDecimal(ReadOnlySpan<byte> text, int index)
    {
        if (index < text.Length && text[index] is (byte)'-' or (byte)'+') index++;
        var whole = Digits(text, ref index);
        var fraction = 0;
        if (index < text.Length && text[index] == '.')
        {
            index++;
            fraction = Digits(text, ref index);
        }
        if (whole + fraction == 0) return false;
        if (index < text.Length && text[index] is (byte)'e' or (byte)'E')
        {
            index++;
            if (index < text.Length && text[index] is (byte)'-' or (byte)'+') index++;
            if (Digits(text, ref index) == 0) return false;
        }
        return index == text.Length;
    }

    static int Digits(ReadOnlySpan<byte> text, ref int index)
    {
        var begin = index;
        while (index < text.Length && char.IsAsciiDigit((char)text[index])) index++;
        return index - begin;
    }

    // Digits of base 16 with a point or none, then a power of two or none. Bits that do not fit round to the nearest even number.
    static bool TryHex(ReadOnlySpan<byte> text, out double value)
    {
        ulong mantissa = 0;
        long exponent = 0;
        var (digits, index, isSticky, point) = (0, 0, false, -1);
        for (; index < text.Length; index++)
        {
            if (text[index] == '.' && point < 0)
            {
                point = index;
                continue;
            }
            if (!char.IsAsciiHexDigit((char)text[index])) break;
            digits++;
            var digit = (ulong)HexValue(text[index]);
            if (mantissa >> 60 == 0) mantissa = mantissa << 4 | digit;
            else (exponent, isSticky) = (exponent + 4, isSticky || digit != 0);
            if (point >= 0) exponent -= 4;
        }
        value = 0;
        if (digits == 0) return false;
        if (index < text.Length)
        {
            if (text[index] is not ((byte)'p' or (byte)'P') || !TryPower(text[(index + 1)..], out var power)) return false;
            exponent += power;
        }
        value = Round(mantissa | (isSticky ? 1UL : 0), exponent);
        return true;
    }

    static int HexValue(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    static bool TryPower(ReadOnlySpan<byte> text, out long power)
    {
        var isNegative = text is [(byte)'-', ..];
        if (isNegative || text is [(byte)'+', ..]) text = text[1..];
        power = 0;
        if (text.IsEmpty) return false;
        foreach (var digit in text)
        {
            if (!char.IsAsciiDigit((char)digit)) return false;
            power = Math.Min(power * 10 + (digit - '0'), 1_000_000);
        }
        if (isNegative) power = -power;
        return true;
    }

    // mantissa * 2^exponent in one rounding: a mantissa of 64 bits is cut to what the result can hold, its lowest bit kept sticky.
    static double Round(ulong mantissa, long exponent)
    {
        if (mantissa == 0) return 0;
        var length = 64 - System.Numerics.BitOperations.LeadingZeroCount(mantissa);
        var excess = Math.Max(length - 53, -1074 - exponent);
        if (excess > 64) return 0;
        if (excess == 64) return mantissa > 1UL << 63 ? Math.ScaleB(1, (int)(exponent + 64)) : 0;
        var spare = (int)Math.Max(excess, 0);
        var kept = mantissa >> spare;
        var rest = mantissa - (kept << spare);
        var half = spare == 0 ? 0 : 1UL << (spare - 1);
        if (spare > 0 && (rest > half || rest == half && (kept & 1) == 1)) kept++;
        return Math.ScaleB(kept, (int)(exponent + spare));
    }

    // What C's isspace() takes.
    static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        while (text is [(byte)' ' or >= 9 and <= 13, ..]) text = text[1..];
        while (text is [.., (byte)' ' or >= 9 and <= 13]) text = text[..^1];
        return text;
    }
}
