using System.Buffers;
using System.Globalization;
using System.Text;

namespace ShardyFusion.Routing.Cel;

/// <summary>The values of literals. What reaches it has the form that the grammar allows.</summary>
static class CelLiteralText
{
    /// <summary>The value of a number, with its sign and suffix.</summary>
    public static object Number(string text, CelType type, CelPosition at)
    {
        if (type == CelType.Double) return double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        var isNegative = text[0] == '-';
        var digits = text.AsSpan(isNegative ? 1 : 0);
        if (type == CelType.UInt) digits = digits[..^1];
        var isHex = digits.StartsWith("0x");
        var style = isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        var fits = ulong.TryParse(isHex ? digits[2..] : digits, style, CultureInfo.InvariantCulture, out var magnitude);
        if (type == CelType.UInt && fits) return magnitude;
        if (type == CelType.Int && fits && magnitude <= long.MaxValue + (isNegative ? 1UL : 0))
            return isNegative ? (long)(0 - magnitude) : (long)magnitude;
        throw CelExpressionException.Invalid(at,
            $"{KeyFaults.Quote(text)} does not fit {(type == CelType.Int ? "an int (64 bits, signed)" : "a uint (64 bits)")}");
    }

    /// <summary>The bytes of a text or bytes literal.</summary>
    /// <param name="literal">With quotes and the prefix <c>r</c>, without <c>b</c>.</param>
    /// <param name="isBytes">Escapes of two or three digits are then bytes, else code points.</param>
    /// <param name="at">Where it stands.</param>
    public static byte[] Unescape(string literal, bool isBytes, CelPosition at)
    {
        var isRaw = literal[0] is 'r' or 'R';
        var quoted = literal.AsSpan(isRaw ? 1 : 0);
        var quotes = quoted.Length >= 6 && quoted[1] == quoted[0] && quoted[2] == quoted[0] ? 3 : 1;
        var body = quoted[quotes..^quotes];
        if (isRaw || !body.Contains('\\'))
        {
            if (isRaw && (body.Length - body.TrimEnd('\\').Length) % 2 == 1)
                throw CelExpressionException.Invalid(at,
                    "a raw text literal cannot end with a backslash before its quote; use an escaped one ('\\\\')");
            return Encoding.UTF8.GetBytes(Normalize(body));
        }

        var bytes = new ArrayBufferWriter<byte>(body.Length);
        var rest = Normalize(body).AsSpan();
        while (!rest.IsEmpty)
        {
            var plain = rest.IndexOf('\\');
            Encoding.UTF8.GetBytes(plain < 0 ? rest : rest[..plain], bytes);
            if (plain < 0) break;
            rest = rest[(plain + 1)..];
            rest = rest[Escape(rest, isBytes, bytes, at)..];
        }
        return bytes.WrittenSpan.ToArray();
    }

    // Line ends in triple quotes count as one line feed each.
    static string Normalize(ReadOnlySpan<char> body) =>
        body.ToString().Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');

    // Returns the length of the escape behind its backslash.
    static int Escape(ReadOnlySpan<char> text, bool isBytes, ArrayBufferWriter<byte> bytes, CelPosition at)
    {
        var simple = "abfnrtv\\'\"`?".IndexOf(text[0]);
        if (simple >= 0)
        {
            bytes.Write([(byte)"\a\b\f\n\r\t\v\\'\"`?"[simple]]);
            return 1;
        }
        var length = text[0] switch { 'u' => 5, 'U' => 9, _ => 3 };
        var isUnicode = text[0] is 'u' or 'U';
        if (isUnicode && isBytes)
            throw CelExpressionException.Invalid(at, "\\u and \\U are not allowed in a bytes literal; use \\x and the bytes");
        var value = char.IsAsciiDigit(text[0])
            ? (text[0] - '0') * 64 + (text[1] - '0') * 8 + (text[2] - '0')
            : (long)ulong.Parse(text[1..length], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        if (isBytes) bytes.Write([(byte)value]);
        else if (value is < int.MaxValue && Rune.TryCreate((int)value, out var rune)) bytes.Advance(rune.EncodeToUtf8(bytes.GetSpan(4)));
        else throw CelExpressionException.Invalid(at, $"\\{text[..length]} is no Unicode character");
        return length;
    }
}
