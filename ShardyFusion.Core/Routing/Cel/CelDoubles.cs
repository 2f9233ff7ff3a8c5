using System.Globalization;
using System.Runtime.CompilerServices;

namespace ShardyFusion.Routing.Cel;

/// <summary>Floating-point numbers as the reference evaluator on x86-64 has them, on every processor.</summary>
static class CelDoubles
{
    /// <summary>The NaN that a text or a column gives.</summary>
    public const long PositiveNaNBits = 0x7FF8_0000_0000_0000;

    const int LargestPlainExponent = 5, SmallestPlainExponent = -4;

    /// <summary>Longest text of a number, in bytes.</summary>
    public const int MaxTextBytes = 32;

    /// <summary>The result of an operation, its sign settled when it is NaN: an operand's NaN stays, a new one is negative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Signed(double result, double left, double right)
    {
        if (!double.IsNaN(result)) return result;
        return double.IsNaN(left) ? left : double.IsNaN(right) ? right : BitConverter.Int64BitsToDouble(PositiveNaNBits | long.MinValue);
    }

    /// <summary>Writes a number as text: the fewest digits that read back as it, plain from 0.0001 to 999999, else with an
    /// exponent.</summary>
    /// <param name="value">Any.</param>
    /// <param name="text">At least <see cref="MaxTextBytes"/>.</param>
    /// <returns>Bytes written.</returns>
    public static int Format(double value, Span<byte> text)
    {
        var length = 0;
        if (double.IsNegative(value)) text[length++] = (byte)'-';
        var rest = text[length..];
        if (double.IsNaN(value)) return length + Write("nan"u8, rest);
        if (double.IsInfinity(value)) return length + Write("inf"u8, rest);
        if (value == 0) return length + Write("0"u8, rest);

        Span<byte> digits = stackalloc byte[MaxTextBytes];
        var (count, exponent) = Digits(Math.Abs(value), digits);
        return length + (exponent is >= SmallestPlainExponent and <= LargestPlainExponent
            ? Plain(digits[..count], exponent, rest)
            : Scientific(digits[..count], exponent, rest));
    }

    static int Write(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        text.CopyTo(destination);
        return text.Length;
    }

    // The runtime's own shortest form, taken apart: its digits without leading and trailing zeros, and the power of ten of the first.
    static (int Count, int Exponent) Digits(double value, Span<byte> digits)
    {
        Span<byte> shortest = stackalloc byte[MaxTextBytes];
        value.TryFormat(shortest, out var written, default, CultureInfo.InvariantCulture);
        var text = shortest[..written];
        var mark = text.IndexOf((byte)'E');
        var power = mark < 0 ? 0 : int.Parse(text[(mark + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (mark >= 0) text = text[..mark];
        var point = text.IndexOf((byte)'.');
        var exponent = power + (point < 0 ? text.Length : point) - 1;
        var count = 0;
        foreach (var character in text)
        {
            if (character == '.') continue;
            if (count == 0 && character == '0') exponent--;
            else digits[count++] = character;
        }
        while (digits[count - 1] == '0') count--;
        return (count, exponent);
    }

    static int Plain(ReadOnlySpan<byte> digits, int exponent, Span<byte> text)
    {
        var length = 0;
        for (var position = Math.Max(exponent, 0); position >= Math.Min(exponent - digits.Length + 1, 0); position--)
        {
            if (position == -1) text[length++] = (byte)'.';
            var index = exponent - position;
            text[length++] = index >= 0 && index < digits.Length ? digits[index] : (byte)'0';
        }
        return length;
    }

    static int Scientific(ReadOnlySpan<byte> digits, int exponent, Span<byte> text)
    {
        text[0] = digits[0];
        var length = 1;
        if (digits.Length > 1)
        {
            text[length++] = (byte)'.';
            length += Write(digits[1..], text[length..]);
        }
        text[length++] = (byte)'e';
        text[length++] = exponent < 0 ? (byte)'-' : (byte)'+';
        Math.Abs(exponent).TryFormat(text[length..], out var written, "00", CultureInfo.InvariantCulture);
        return length + written;
    }
}
