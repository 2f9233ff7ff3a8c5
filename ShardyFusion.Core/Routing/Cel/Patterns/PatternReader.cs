using System.Globalization;
using System.Text;

namespace ShardyFusion.Routing.Cel.Patterns;

/// <summary>A pattern that cannot be used, and why.</summary>
sealed class PatternFault(string reason) : Exception(reason);

/// <summary>Reads the characters and escapes of a pattern in RE2's notation.</summary>
sealed class PatternReader
{
    readonly int[] codePoints;
    int index;

    public PatternReader(string pattern) => codePoints = [.. pattern.EnumerateRunes().Select(rune => rune.Value)];

    public int Length => codePoints.Length;

    public bool AtEnd => index == codePoints.Length;

    /// <summary>Where it is; may be set back.</summary>
    public int Index
    {
        get => index;
        set => index = value;
    }

    /// <summary>The next character, or -1.</summary>
    public int Peek(int ahead = 0) => index + ahead < codePoints.Length ? codePoints[index + ahead] : -1;

    public int Next(string missing) => AtEnd ? throw new PatternFault(missing) : codePoints[index++];

    public bool Skip(ReadOnlySpan<char> ascii)
    {
        for (var i = 0; i < ascii.Length; i++)
            if (Peek(i) != ascii[i]) return false;
        index += ascii.Length;
        return true;
    }

    /// <summary>What stands before <paramref name="end"/>, which is skipped too.</summary>
    /// <returns>Null when it does not follow.</returns>
    public string? Until(ReadOnlySpan<char> end)
    {
        var begin = index;
        for (; index < codePoints.Length; index++)
        {
            var last = index;
            if (Skip(end)) return Text(begin, last);
        }
        index = begin;
        return null;
    }

    string Text(int begin, int end)
    {
        var text = new StringBuilder();
        for (var i = begin; i < end; i++) text.Append(new Rune(codePoints[i]).ToString());
        return text.ToString();
    }

    /// <summary>A class behind a backslash that has been read: <c>d</c>, <c>p{L}</c>, …; a capital negates it.</summary>
    /// <param name="isNegated">True when the class is all but the returned characters.</param>
    /// <returns>Null when none follows; nothing is read then.</returns>
    public CodePointSet? Class(out bool isNegated)
    {
        var letter = Peek();
        isNegated = letter is >= 'A' and <= 'Z';
        if (letter is 'p' or 'P')
        {
            index++;
            return Property(ref isNegated);
        }
        var set = letter is >= 0 and < 128 ? PatternClasses.Perl(char.ToLowerInvariant((char)letter)) : null;
        if (set is not null) index++;
        return set;
    }

    CodePointSet Property(ref bool isNegated)
    {
        var name = Skip("{") ? Until("}") ?? throw new PatternFault("'\\p{' is not closed")
            : new Rune(Next("'\\p' ends the pattern")).ToString();
        if (name.StartsWith('^')) (name, isNegated) = (name[1..], !isNegated);
        return PatternClasses.Category(name)
            ?? throw new PatternFault($"of Unicode's properties only general categories such as \\p{{L}} or \\p{{Nd}} are supported, "
                + $"not {KeyFaults.Quote(name)}");
    }

    /// <summary>The character of an escape whose backslash has been read.</summary>
    public int Escape()
    {
        var letter = Next("it ends with a backslash");
        switch (letter)
        {
            case 'a': return '\a';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'v': return '\v';
            case 'x': return Hexadecimal();
            case >= '1' and <= '7' when Peek() is < '0' or > '7':
                throw new PatternFault($"'\\{(char)letter}' refers back to a group, which patterns cannot do");
            case >= '0' and <= '7':
                var value = letter - '0';
                for (var i = 0; i < 2 && Peek() is >= '0' and <= '7'; i++) value = value * 8 + (Next("") - '0');
                return value;
            case < 128 when !char.IsAsciiLetterOrDigit((char)letter) && letter != '_': return letter;
            default: throw new PatternFault($"'\\{new Rune(letter)}' is no escape");
        }
    }

    int Hexadecimal()
    {
        const string fault = "'\\x' needs two digits, or digits in braces";
        var braced = Skip("{");
        var begin = index;
        while (Peek() is >= 0 and < 128 and var digit && char.IsAsciiHexDigit((char)digit) && (braced || index - begin < 2)) index++;
        var digits = Text(begin, index);
        if (braced ? !Skip("}") || digits.Length is 0 or > 8 : digits.Length != 2) throw new PatternFault(fault);
        var value = uint.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return value <= 0x10FFFF ? (int)value : throw new PatternFault(fault);
    }

    /// <summary>Bounds in braces, such as <c>{2,3}</c>.</summary>
    /// <returns>Null when what follows are no bounds; nothing is read then. A maximum of -1 is none.</returns>
    public (int Least, int Most)? Bounds()
    {
        var begin = index;
        if (Skip("{") && Number() is { } least)
        {
            var most = Skip(",") ? Peek() == '}' ? -1 : Number() : least;
            if (most is not null && Skip("}")) return (least, most.Value);
        }
        index = begin;
        return null;
    }

    int? Number()
    {
        var begin = index;
        var value = 0;
        while (Peek() is >= '0' and <= '9') value = Math.Min(value * 10 + (codePoints[index++] - '0'), 100_000);
        return index > begin ? value : null;
    }
}
