using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace ShardyFusion.Formats.Yaml;

/// <summary>What an unquoted scalar means.</summary>
enum PlainScalarKind
{
    Text,
    Null,
    Boolean,
    Integer,
    Float,
    Timestamp,
    /// <summary>A word that YAML 1.1 reserves (<c>=</c>, <c>&lt;&lt;</c>, a lone <c>! &amp; *</c>).</summary>
    Reserved,
}

/// <summary>YAML 1.1's implicit types as PyYAML resolves them, which is not YAML 1.2: <c>1e5</c> is text, <c>012</c> is ten, <c>yes</c> is
/// true.</summary>
static partial class PyYamlScalars
{
    static readonly NameSet booleans = new HashSet<string>(
        ["yes", "Yes", "YES", "no", "No", "NO", "true", "True", "TRUE", "false", "False", "FALSE", "on", "On", "ON", "off", "Off", "OFF"],
        StringComparer.Ordinal).AskedWithSpans();

    /// <summary>What a decimal or octal number, a sexagesimal one or a timestamp can be made of.</summary>
    static readonly SearchValues<char> numberCharacters = SearchValues.Create("0123456789_.:+-eETtZ \t");

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static PlainScalarKind Resolve(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return PlainScalarKind.Null;
        switch (text[0])
        {
            case '~': return text.Length == 1 ? PlainScalarKind.Null : PlainScalarKind.Text;
            case '=': case '!': case '&': case '*': return text.Length == 1 ? PlainScalarKind.Reserved : PlainScalarKind.Text;
            case '<': return text is "<<" ? PlainScalarKind.Reserved : PlainScalarKind.Text;
            case 'n' or 'N' when text is "null" or "Null" or "NULL": return PlainScalarKind.Null;
            case 'y' or 'Y' or 'n' or 'N' or 't' or 'T' or 'f' or 'F' or 'o' or 'O':
                return text.Length <= 5 && booleans.Contains(text) ? PlainScalarKind.Boolean : PlainScalarKind.Text;
            case '-' or '+' or '.' or (>= '0' and <= '9'): return ResolveNumber(text);
            default: return PlainScalarKind.Text;
        }
    }

    static PlainScalarKind ResolveNumber(ReadOnlySpan<char> text)
    {
        if (text is "0" || (text[0] is >= '1' and <= '9' && !text.ContainsAnyExceptInRange('0', '9')))
            return PlainScalarKind.Integer;
        // Hashes that begin with a digit: two of a shard's fields, and three patterns each.
        if (text[0] is >= '0' and <= '9' && text.Length > 1 && text[1] is not ('x' or 'b') && text.ContainsAnyExcept(numberCharacters))
            return PlainScalarKind.Text;
        if (IntegerPattern().IsMatch(text))
            return PlainScalarKind.Integer;
        if (FloatPattern().IsMatch(text))
            return PlainScalarKind.Float;
        return TimestampPattern().IsMatch(text) ? PlainScalarKind.Timestamp : PlainScalarKind.Text;
    }

    /// <summary>The value of an integer that is written in the plain decimal way and fits.</summary>
    /// <returns>False for all others; see <see cref="TryReadInteger"/>.</returns>
    public static bool TryReadDecimal(string text, out long value)
    {
        value = 0;
        return text is [>= '1' and <= '9', ..] or "0" && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>The value of a scalar that resolved to <see cref="PlainScalarKind.Integer"/>.</summary>
    /// <returns>False for the few forms that the pattern lets through without digits, such as <c>0x_</c>.</returns>
    public static bool TryReadInteger(string text, out BigInteger value)
    {
        value = default;
        var digits = text.Replace("_", "", StringComparison.Ordinal).AsSpan();
        var negative = digits is ['-', ..];
        if (digits is ['-' or '+', ..])
            digits = digits[1..];
        bool read;
        if (digits is ['0', 'b', ..])
            read = TryReadRadix(digits[2..], 2, out value);
        else if (digits is ['0', 'x', ..])
            read = TryReadRadix(digits[2..], 16, out value);
        else if (digits is ['0', _, ..])
            read = TryReadRadix(digits[1..], 8, out value);
        else if (digits.Contains(':'))
            read = TryReadSexagesimal(digits, out value);
        else
            read = BigInteger.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        if (negative)
            value = -value;
        return read;
    }

    static bool TryReadRadix(ReadOnlySpan<char> digits, int radix, out BigInteger value)
    {
        value = default;
        // Longer ones are no number of a manifest, and reading them digit by digit takes quadratic time.
        if (digits.IsEmpty || digits.Length > 256)
            return false;
        foreach (var digit in digits)
            value = value * radix + Convert.ToInt32(digit.ToString(), 16);
        return true;
    }

    static bool TryReadSexagesimal(ReadOnlySpan<char> text, out BigInteger value)
    {
        value = default;
        if (text.Length > 256)
            return false;
        foreach (var range in text.Split(':'))
        {
            if (!BigInteger.TryParse(text[range], NumberStyles.None, CultureInfo.InvariantCulture, out var part))
                return false;
            value = value * 60 + part;
        }
        return true;
    }

    /// <summary>The value of a scalar that resolved to <see cref="PlainScalarKind.Float"/>.</summary>
    public static bool TryReadFloat(string text, out double value)
    {
        var digits = text.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant().AsSpan();
        var sign = digits is ['-', ..] ? -1.0 : 1.0;
        if (digits is ['-' or '+', ..])
            digits = digits[1..];
        if (digits is ".inf" or ".nan")
        {
            value = digits is ".inf" ? sign * double.PositiveInfinity : double.NaN;
            return true;
        }
        value = 0;
        foreach (var range in digits.Split(':'))
        {
            if (!double.TryParse(digits[range], NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture,
                out var part))
                return false;
            value = value * 60 + part;
        }
        value *= sign;
        return true;
    }

    /// <summary>A double as Python's repr in YAML form: shortest digits, exponent form below 1e-4 and from 1e16 on, always with a
    /// point.</summary>
    public static string FormatFloat(double value)
    {
        if (double.IsNaN(value)) return ".nan";
        if (double.IsInfinity(value)) return value > 0 ? ".inf" : "-.inf";

        // "E16" would not be the shortest form; the round-trip form is, and only its layout differs from Python's.
        var shortest = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        var exponentAt = shortest.IndexOf('E', StringComparison.Ordinal);
        var mantissa = exponentAt < 0 ? shortest : shortest[..exponentAt];
        var exponent = exponentAt < 0 ? 0 : int.Parse(shortest.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture);
        var pointAt = mantissa.IndexOf('.', StringComparison.Ordinal);
        var allDigits = mantissa.Replace(".", "", StringComparison.Ordinal);
        // Digits d1d2d3… with the value 0.d1d2d3… * 10^decimalPoint.
        var decimalPoint = (pointAt < 0 ? mantissa.Length : pointAt) + exponent;
        var digits = allDigits.TrimStart('0');
        decimalPoint -= allDigits.Length - digits.Length;
        digits = digits.TrimEnd('0');
        var sign = double.IsNegative(value) ? "-" : "";
        if (digits.Length == 0)
            return sign + "0.0";
        if (decimalPoint is > 16 or < -3)
        {
            var power = (decimalPoint - 1).ToString("+00;-00", CultureInfo.InvariantCulture);
            return $"{sign}{digits[0]}.{(digits.Length > 1 ? digits[1..] : "0")}e{power}";
        }
        if (decimalPoint <= 0)
            return $"{sign}0.{new string('0', -decimalPoint)}{digits}";
        return digits.Length <= decimalPoint
            ? $"{sign}{digits.PadRight(decimalPoint, '0')}.0"
            : $"{sign}{digits[..decimalPoint]}.{digits[decimalPoint..]}";
    }

    [GeneratedRegex(@"^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)\z")]
    private static partial Regex IntegerPattern();

    [GeneratedRegex(
        @"^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?"
            + @"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\z")]
    private static partial Regex FloatPattern();

    [GeneratedRegex(
        @"^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?"
            + @"(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)\z")]
    private static partial Regex TimestampPattern();
}
