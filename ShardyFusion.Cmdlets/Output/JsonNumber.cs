using System.Globalization;
using System.Numerics;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>JSON numbers as .NET numbers of the same value. Stateless.</summary>
static class JsonNumber
{
    /// <summary>Whole numbers of more digits than this are not worked out: a few characters of JSON can name millions of them.</summary>
    const int MaxDigits = 10_000;

    static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>The first of long, decimal, double and BigInteger that has the number's exact value, by its shortest text.</summary>
    /// <param name="json">A number as JSON writes it.</param>
    /// <returns>Null when none has.</returns>
    public static object? Parse(string json)
    {
        if (long.TryParse(json, NumberStyles.AllowLeadingSign, Invariant, out var integer) && !(integer == 0 && json[0] == '-'))
            return integer;
        var isPlain = !json.AsSpan().ContainsAny('e', 'E');
        if (isPlain && decimal.TryParse(json, NumberStyles.Float, Invariant, out var exact) && exact.ToString(Invariant) == json)
            return exact;
        var wanted = Digits.Of(json);
        if (wanted.Significant.Length <= 17 && double.TryParse(json, NumberStyles.Float, Invariant, out var real) && double.IsFinite(real)
            && Digits.Of(real.ToString("R", Invariant)) == wanted) return real;
        return wanted.Exponent >= 0 && wanted.Exponent + wanted.Significant.Length <= MaxDigits && wanted.Significant != "0"
            ? BigInteger.Parse(json, NumberStyles.Float, Invariant)
            : null;
    }

    /// <summary>A number as its digits without zeros at either end, times a power of ten.</summary>
    readonly record struct Digits(bool IsNegative, string Significant, long Exponent)
    {
        public static Digits Of(string number)
        {
            var isNegative = number[0] == '-';
            var end = number.AsSpan().IndexOfAny('e', 'E');
            var mantissa = number.AsSpan(isNegative ? 1 : 0, (end < 0 ? number.Length : end) - (isNegative ? 1 : 0)).ToString();
            // An exponent that is no long is far beyond every number here, whatever it is.
            var exponent = end < 0 ? 0 : long.TryParse(number.AsSpan(end + 1), NumberStyles.AllowLeadingSign, Invariant, out var stated)
                ? stated : int.MinValue;
            var point = mantissa.IndexOf('.', StringComparison.Ordinal);
            if (point >= 0) exponent -= mantissa.Length - point - 1;
            var digits = mantissa.Replace(".", "", StringComparison.Ordinal).TrimStart('0');
            var trimmed = digits.TrimEnd('0');
            return trimmed.Length == 0 ? new Digits(isNegative, "0", 0)
                : new Digits(isNegative, trimmed, exponent + digits.Length - trimmed.Length);
        }
    }
}
