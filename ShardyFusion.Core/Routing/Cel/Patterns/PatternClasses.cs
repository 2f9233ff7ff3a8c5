using System.Globalization;

namespace ShardyFusion.Routing.Cel.Patterns;

/// <summary>The classes of characters that patterns name. Letters, digits and space are ASCII's.</summary>
static class PatternClasses
{
    /// <summary>The class behind a backslash: <c>d</c>, <c>s</c> or <c>w</c>.</summary>
    /// <returns>Null when the letter names none.</returns>
    public static CodePointSet? Perl(char letter) => letter switch
    {
        'd' => Posix("digit"),
        's' => CodePointSet.Of(('\t', '\n'), ('\f', '\r'), (' ', ' ')),
        'w' => Posix("word"),
        _ => null,
    };

    /// <summary>The class between <c>[:</c> and <c>:]</c>.</summary>
    public static CodePointSet? Posix(ReadOnlySpan<char> name) => name switch
    {
        "alnum" => CodePointSet.Of(('0', '9'), ('A', 'Z'), ('a', 'z')),
        "alpha" => CodePointSet.Of(('A', 'Z'), ('a', 'z')),
        "ascii" => CodePointSet.Of((0, 0x7F)),
        "blank" => CodePointSet.Of(('\t', '\t'), (' ', ' ')),
        "cntrl" => CodePointSet.Of((0, 0x1F), (0x7F, 0x7F)),
        "digit" => CodePointSet.Of(('0', '9')),
        "graph" => CodePointSet.Of(('!', '~')),
        "lower" => CodePointSet.Of(('a', 'z')),
        "print" => CodePointSet.Of((' ', '~')),
        "punct" => CodePointSet.Of(('!', '/'), (':', '@'), ('[', '`'), ('{', '~')),
        "space" => CodePointSet.Of(('\t', '\r'), (' ', ' ')),
        "upper" => CodePointSet.Of(('A', 'Z')),
        "word" => CodePointSet.Of(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')),
        "xdigit" => CodePointSet.Of(('0', '9'), ('A', 'F'), ('a', 'f')),
        _ => null,
    };

    static readonly string[] categories =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe",
        "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So",
    ];

    /// <summary>The characters of a general category, or of all that begin with one letter.</summary>
    /// <returns>Null when there is no such category, as with scripts.</returns>
    public static CodePointSet? Category(string name)
    {
        if (name == "Any") return CodePointSet.All;
        var isKnown = name.Length == 2 ? categories.Contains(name) : name.Length == 1 && categories.Any(category => category[0] == name[0]);
        return isKnown
            ? CodePointSet.OfCategories(category =>
                category != UnicodeCategory.OtherNotAssigned && categories[(int)category].StartsWith(name, StringComparison.Ordinal))
            : null;
    }
}
