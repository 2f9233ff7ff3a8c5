using System.Text;

namespace ShardyFusion.Routing.Cel;

/// <summary>Cuts an expression's text into tokens, one at a time; each is as long as it can be. Not thread-safe.</summary>
sealed class CelLexer(string text)
{
    int index;
    int line = 1;
    int column = 1;

    /// <summary>The next token, behind blanks and comments.</summary>
    /// <exception cref="CelExpressionException">No token begins with what is there.</exception>
    public CelToken Next()
    {
        SkipBlanks();
        var (start, at) = (index, new CelPosition(line, column));
        if (start == text.Length) return new CelToken(CelTokenKind.End, start, 0, at);
        var rest = text.AsSpan(start);
        var (kind, length) = rest[0] switch
        {
            '_' => Word(rest, at),
            var letter when char.IsAsciiLetter(letter) => Word(rest, at),
            var digit when char.IsAsciiDigit(digit) => Number(rest),
            '.' when rest.Length > 1 && char.IsAsciiDigit(rest[1]) => Number(rest),
            '"' or '\'' => (CelTokenKind.String, Quoted(rest, isRaw: false, at)),
            _ => (CelTokenKind.Mark, Mark(rest, at)),
        };
        Advance(length);
        return new CelToken(kind, start, length, at);
    }

    /// <summary>The text of a token.</summary>
    public ReadOnlySpan<char> TextOf(CelToken token) => text.AsSpan(token.Start, token.Length);

    void SkipBlanks()
    {
        while (index < text.Length)
        {
            if (text[index] is ' ' or '\t' or '\r' or '\n' or '\f')
            {
                Advance(1);
            }
            else if (text.AsSpan(index) is ['/', '/', ..])
            {
                var end = text.IndexOf('\n', index);
                Advance((end < 0 ? text.Length : end) - index);
            }
            else
            {
                return;
            }
        }
    }

    // Columns count code points.
    void Advance(int length)
    {
        foreach (var character in text.AsSpan(index, length))
        {
            if (character == '\n') (line, column) = (line + 1, 1);
            else if (!char.IsLowSurrogate(character)) column++;
        }
        index += length;
    }

    static (CelTokenKind, int) Word(ReadOnlySpan<char> rest, CelPosition at)
    {
        var length = 1;
        while (length < rest.Length && (char.IsAsciiLetterOrDigit(rest[length]) || rest[length] == '_')) length++;
        var word = rest[..length];
        if (word is ['r' or 'R' or 'b' or 'B'] or ['b' or 'B', 'r' or 'R'] && length < rest.Length && rest[length] is '"' or '\'')
        {
            var quoted = Quoted(rest[length..], isRaw: word[^1] is 'r' or 'R', at with { Column = at.Column + length });
            return (word[0] is 'b' or 'B' ? CelTokenKind.Bytes : CelTokenKind.String, length + quoted);
        }
        return (word switch
        {
            "in" => CelTokenKind.Mark,
            "true" or "false" => CelTokenKind.Truth,
            "null" => CelTokenKind.Null,
            _ => CelTokenKind.Name,
        }, length);
    }

    static (CelTokenKind, int) Number(ReadOnlySpan<char> rest)
    {
        var kind = CelTokenKind.Int;
        int length;
        if (rest is ['0', 'x', var first, ..] && char.IsAsciiHexDigit(first))
        {
            length = 3;
            while (length < rest.Length && char.IsAsciiHexDigit(rest[length])) length++;
        }
        else
        {
            length = Digits(rest, 0);
            if (rest[length..] is ['.', var fraction, ..] && char.IsAsciiDigit(fraction))
                (kind, length) = (CelTokenKind.Double, Digits(rest, length + 1));
            var exponent = length + 1 + (rest[length..] is [_, '+' or '-', ..] ? 1 : 0);
            if (rest[length..] is ['e' or 'E', ..] && exponent < rest.Length && char.IsAsciiDigit(rest[exponent]))
                (kind, length) = (CelTokenKind.Double, Digits(rest, exponent));
        }
        return kind == CelTokenKind.Int && rest[length..] is ['u' or 'U', ..] ? (CelTokenKind.UInt, length + 1) : (kind, length);
    }

    static int Digits(ReadOnlySpan<char> rest, int from)
    {
        while (from < rest.Length && char.IsAsciiDigit(rest[from])) from++;
        return from;
    }

    static int Quoted(ReadOnlySpan<char> rest, bool isRaw, CelPosition at)
    {
        var quote = rest[0];
        var isTriple = rest.Length >= 3 && rest[1] == quote && rest[2] == quote;
        var quotes = rest[..(isTriple ? 3 : 1)];
        var length = quotes.Length;
        while (length < rest.Length && (isTriple || rest[length] is not ('\n' or '\r')))
        {
            if (rest[length..].StartsWith(quotes)) return length + quotes.Length;
            var step = isRaw || rest[length] != '\\' ? 1 : Escape(rest[length..]);
            if (step == 0) break;
            length += step;
        }
        throw CelExpressionException.Invalid(at, CelSyntaxAdvice.ForCharacters(quotes.ToString()));
    }

    // The length of an escape with its backslash; 0 when it is none.
    static int Escape(ReadOnlySpan<char> rest) => rest switch
    {
        [_, 'a' or 'b' or 'f' or 'n' or 'r' or 't' or 'v' or '"' or '\'' or '\\' or '?' or '`', ..] => 2,
        [_, >= '0' and <= '3', >= '0' and <= '7', >= '0' and <= '7', ..] => 4,
        [_, 'x' or 'X', ..] => Hexadecimal(rest, 2),
        [_, 'u', ..] => Hexadecimal(rest, 4),
        [_, 'U', ..] => Hexadecimal(rest, 8),
        _ => 0,
    };

    static int Hexadecimal(ReadOnlySpan<char> rest, int digits)
    {
        if (rest.Length < 2 + digits) return 0;
        foreach (var digit in rest.Slice(2, digits))
            if (!char.IsAsciiHexDigit(digit)) return 0;
        return 2 + digits;
    }

    static int Mark(ReadOnlySpan<char> rest, CelPosition at) => rest switch
    {
        ['=', '=', ..] or ['!', '=', ..] or ['<', '=', ..] or ['>', '=', ..] or ['&', '&', ..] or ['|', '|', ..] => 2,
        _ when "<>[]{}().,-!?:+*/%".Contains(rest[0]) => 1,
        _ => throw CelExpressionException.Invalid(at, CelSyntaxAdvice.ForCharacters(FirstRune(rest).ToString())),
    };

    static Rune FirstRune(ReadOnlySpan<char> rest)
    {
        Rune.DecodeFromUtf16(rest, out var first, out _);
        return first;
    }
}
