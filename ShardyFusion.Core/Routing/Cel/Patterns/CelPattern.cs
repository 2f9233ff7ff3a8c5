using System.Text;
using System.Text.RegularExpressions;

namespace ShardyFusion.Routing.Cel.Patterns;

/// <summary>Turns a pattern of <c>matches</c>, which is RE2's, into one of .NET's non-backtracking engine with the same meaning.</summary>
/// <remarks>
/// <c>.</c> and classes take whole code points, <c>$</c> is the end of the text only, <c>\d \w \s</c> are ASCII, and <c>(?i)</c> folds as
/// Unicode does, whatever the culture. Which of several matches is found does not matter, so that lazy and greedy are the same.
/// </remarks>
sealed class CelPattern
{
    const int MostRepeats = 1000, DeepestGroup = 50;

    // What a pattern grows to when its repetitions are written out; the engine's own limit is about twice this.
    const int MostPieces = 4_000;

    readonly PatternReader reader;
    readonly HashSet<string> names = [];
    int depth;
    bool isQuoted;

    CelPattern(string pattern) => reader = new PatternReader(pattern);

    /// <exception cref="CelExpressionException">No pattern, or not supported.</exception>
    public static Regex Compile(string pattern, CelPosition at)
    {
        try
        {
            var translated = new CelPattern(pattern).Translate();
#if !NET9_0_OR_GREATER
            RegexLimit.Raise();
#endif
            return new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (PatternFault fault)
        {
            throw CelExpressionException.Unsupported(at, $"the pattern {KeyFaults.Quote(pattern)} does not work: {fault.Message}");
        }
        catch (NotSupportedException)
        {
            throw CelExpressionException.Unsupported(at, $"the pattern {KeyFaults.Quote(pattern)} is too large");
        }
    }

    string Translate()
    {
        if (reader.Length > MostPieces) throw new PatternFault($"it is longer than {MostPieces} characters");
        var whole = Alternatives(default);
        if (!reader.AtEnd) throw new PatternFault("it has a ')' without '('");
        return whole.Text;
    }

    /// <summary>A translated part.</summary>
    /// <param name="Text">The .NET pattern; one unit that a quantifier may follow.</param>
    /// <param name="Pieces">Its size with repetitions written out.</param>
    /// <param name="Repeats">The product of the repetitions nested in it.</param>
    readonly record struct Part(string Text, int Pieces, int Repeats);

    record struct Flags(bool IgnoreCase, bool MultiLine, bool DotMatchesNewLine);

    Part Alternatives(Flags flags)
    {
        if (++depth > DeepestGroup) throw new PatternFault($"its groups nest deeper than {DeepestGroup}");
        var text = new StringBuilder("(?:");
        var (pieces, repeats) = (1, 1);
        while (true)
        {
            while (!reader.AtEnd && (isQuoted || reader.Peek() is not ('|' or ')')))
            {
                if (Repeated(ref flags) is not { } part) continue;
                text.Append(part.Text);
                pieces += part.Pieces;
                repeats = Math.Max(repeats, part.Repeats);
                if (pieces > MostPieces) throw new PatternFault("it is too large");
            }
            if (!reader.Skip("|")) break;
            text.Append('|');
        }
        depth--;
        return new Part(text.Append(')').ToString(), pieces, repeats);
    }

    // Null for what only changes how the rest is read.
    Part? Repeated(ref Flags flags)
    {
        if (isQuoted) return Quoted(flags);
        if (reader.Peek() is '*' or '+' or '?') throw new PatternFault($"'{(char)reader.Peek()}' repeats nothing");
        if (reader.Bounds() is not null) throw new PatternFault("'{' repeats nothing");
        return Atom(ref flags) is { } atom ? Repeat(atom) : null;
    }

    // Between \Q and \E everything is itself; a quantifier behind \E repeats the last character.
    Part? Quoted(Flags flags)
    {
        if (reader.Skip("\\E"))
        {
            isQuoted = false;
            return null;
        }
        var literal = Emit(Literal(reader.Next(""), flags));
        isQuoted = !reader.Skip("\\E");
        return isQuoted ? literal : Repeat(literal);
    }

    Part Repeat(Part atom)
    {
        if (Quantifier() is not { } bounds) return atom;
        reader.Skip("?");
        if (Quantifier() is not null) throw new PatternFault("a repetition is repeated; put it in parentheses");

        var (least, most) = bounds;
        if (least > MostRepeats || most > MostRepeats || most >= 0 && most < least)
            throw new PatternFault($"bounds go from the smaller to the larger, up to {MostRepeats}");
        var times = Math.Max(Math.Max(least, most), 1);
        var repeats = (long)atom.Repeats * times;
        if (repeats > MostRepeats) throw new PatternFault($"it repeats more than {MostRepeats} times altogether");
        var end = most == least ? "}" : most < 0 ? ",}" : $",{most}}}";
        return new Part($"(?:{atom.Text}{{{least}{end})", (int)Math.Min((long)atom.Pieces * times, MostPieces + 1), (int)repeats);
    }

    (int Least, int Most)? Quantifier() =>
        reader.Skip("*") ? (0, -1) : reader.Skip("+") ? (1, -1) : reader.Skip("?") ? (0, 1) : reader.Bounds();

    Part? Atom(ref Flags flags)
    {
        var character = reader.Next("");
        switch (character)
        {
            case '(': return Group(ref flags);
            case '[': return Emit(Class(flags));
            case '.': return Emit(flags.DotMatchesNewLine ? CodePointSet.All : CodePointSet.ButNewLine);
            case '^': return new Part(flags.MultiLine ? "(?m:^)" : @"(?:\A)", 1, 1);
            case '$': return new Part(flags.MultiLine ? "(?m:$)" : @"(?:\z)", 1, 1);
            case '\\': return Escape(flags);
            default: return Emit(Literal(character, flags));
        }
    }

    static Part Emit(CodePointSet set)
    {
        var text = new StringBuilder();
        var pieces = set.AppendTo(text);
        return new Part(text.ToString(), pieces, 1);
    }

    static CodePointSet Literal(int character, Flags flags) => Cases(CodePointSet.Of((character, character)), isNegated: false, flags);

    // Other cases come in before the negation, so that a class and its negation never share a character.
    static CodePointSet Cases(CodePointSet set, bool isNegated, Flags flags)
    {
        var folded = flags.IgnoreCase ? set.Fold() : set;
        return isNegated ? folded.Negate() : folded;
    }

    Part? Escape(Flags flags)
    {
        if (reader.Skip("A")) return new Part(@"(?:\A)", 1, 1);
        if (reader.Skip("z")) return new Part(@"(?:\z)", 1, 1);
        if (reader.Peek() is 'b' or 'B') throw new PatternFault("word boundaries (\\b, \\B) are not supported");
        if (reader.Peek() is 'C') throw new PatternFault("single bytes (\\C) are not supported");
        if (reader.Skip("Q"))
        {
            isQuoted = true;
            return null;
        }
        return Emit(reader.Class(out var isNegated) is { } set ? Cases(set, isNegated, flags) : Literal(reader.Escape(), flags));
    }

    Part? Group(ref Flags flags)
    {
        if (!reader.Skip("?")) return Closed(flags);
        if (reader.Skip("P<") || reader.Peek() == '<' && reader.Peek(1) is not ('=' or '!') && reader.Skip("<"))
        {
            var name = reader.Until(">") ?? throw new PatternFault("a group's name is not closed with '>'");
            if (name.Length == 0 || !name.All(c => char.IsLetterOrDigit(c) || c == '_'))
                throw new PatternFault($"{KeyFaults.Quote(name)} cannot name a group");
            return names.Add(name) ? Closed(flags) : throw new PatternFault($"two groups are named {KeyFaults.Quote(name)}");
        }

        var inner = flags;
        var isOn = true;
        for (var any = false; ; any = true)
        {
            switch (reader.Next("it has a '(' without ')'"))
            {
                case 'i': inner.IgnoreCase = isOn; break;
                case 'm': inner.MultiLine = isOn; break;
                case 's': inner.DotMatchesNewLine = isOn; break;
                case 'U': break;
                case '-' when isOn: isOn = false; continue;
                case ':' when isOn || any: return Closed(inner);
                case ')' when any:
                    flags = inner;
                    return null;
                default:
                    throw new PatternFault("'(?' is followed by something else than a name, flags (i, m, s, U) or ':'; it cannot "
                    + "look ahead or behind");
            }
        }
    }

    Part Closed(Flags flags)
    {
        var inner = Alternatives(flags);
        return reader.Skip(")") ? inner : throw new PatternFault("it has a '(' without ')'");
    }

    CodePointSet Class(Flags flags)
    {
        var isNegated = reader.Skip("^");
        var set = new CodePointSet();
        for (var isFirst = true; isFirst || reader.Peek() != ']'; isFirst = false) set.Add(ClassItem(flags));
        reader.Skip("]");
        return isNegated ? set.Negate() : set;
    }

    CodePointSet ClassItem(Flags flags)
    {
        const string unclosed = "it has a '[' without ']'";
        if (reader.Peek() == '[' && reader.Peek(1) == ':')
        {
            var begin = reader.Index;
            reader.Skip("[:");
            if (reader.Until(":]") is { } name)
            {
                var isNegated = name.StartsWith('^');
                var named = PatternClasses.Posix(isNegated ? name.AsSpan(1) : name)
                    ?? throw new PatternFault($"there is no class [:{name}:]");
                return Cases(named, isNegated, flags);
            }
            reader.Index = begin;
        }
        var first = reader.Next(unclosed);
        if (first == '\\')
        {
            if (reader.Class(out var isNegated) is { } escaped) return Cases(escaped, isNegated, flags);
            first = reader.Escape();
        }
        var last = first;
        if (reader.Peek() == '-' && reader.Peek(1) is not (']' or -1))
        {
            reader.Skip("-");
            last = reader.Next(unclosed);
            if (last == '\\') last = reader.Escape();
            if (last < first) throw new PatternFault($"the range from U+{first:X4} to U+{last:X4} goes backwards");
        }
        return Cases(CodePointSet.Of((first, last)), isNegated: false, flags);
    }
}
