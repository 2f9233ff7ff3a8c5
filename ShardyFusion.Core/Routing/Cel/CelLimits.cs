namespace ShardyFusion.Routing.Cel;

/// <summary>Bounds an expression's length and depth by reading it once, before a parser that recurses sees it.</summary>
/// <remarks>
/// Both limits are those of the reference evaluator, so that what is published here can be evaluated there. This check is a lower bound:
/// what it refuses is too deep for certain, and what it lets pass nests few enough brackets; the exact depth is counted while parsing.
/// Chains such as <c>a + b + c</c> count because they lean to the left, one level a term.
/// </remarks>
sealed class CelLimits
{
    /// <summary>Deepest expression, in levels.</summary>
    public const int Depth = 32;

    /// <summary>Longest expression, in code points.</summary>
    public const int CodePoints = 100_000;

    // An empty pair of brackets may stand in the innermost of 32 parentheses.
    const int MostBrackets = Depth + 1;

    // What chains, from the loosest to the tightest.
    const int Relation = 0, Sum = 1, Product = 2, Selection = 3, ChainKinds = 4;

    readonly string text;
    readonly int[] chains = new int[ChainKinds * (MostBrackets + 1)];
    int brackets;
    int index;
    bool endsOperand;

    CelLimits(string text) => this.text = text;

    /// <exception cref="CelExpressionException">Too long, too deep, or not Unicode text.</exception>
    public static void Check(string text)
    {
        var codePoints = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) i++;
            else if (char.IsSurrogate(text[i]))
                throw CelExpressionException.Invalid(PositionAt(text, i), "it holds half a character, an unpaired surrogate");
            if (++codePoints > CodePoints)
                throw CelExpressionException.Invalid(PositionAt(text, i), $"it is longer than {CodePoints} characters");
        }
        new CelLimits(text).Walk();
    }

    static CelPosition PositionAt(ReadOnlySpan<char> text, int index)
    {
        var start = text[..index].LastIndexOf('\n') + 1;
        var column = 1;
        foreach (var character in text[start..index])
            if (!char.IsLowSurrogate(character)) column++;
        return new CelPosition(1 + text[..index].Count('\n'), column);
    }

    void Walk()
    {
        while (index < text.Length)
        {
            var character = text[index];
            if (char.IsAsciiLetter(character) || character == '_') Word();
            else if (character is '"' or '\'') Quoted(isRaw: false);
            else if (char.IsAsciiDigit(character)) Number();
            else Mark(character);
        }
    }

    void Word()
    {
        var begin = index;
        while (index < text.Length && (char.IsAsciiLetterOrDigit(text[index]) || text[index] == '_')) index++;
        var word = text.AsSpan(begin, index - begin);
        var isPrefix = word is ['r' or 'R' or 'b' or 'B'] or ['b' or 'B', 'r' or 'R'];
        if (isPrefix && index < text.Length && text[index] is '"' or '\'') Quoted(word[^1] is 'r' or 'R');
        else if (word is "in") Chain(Relation);
        else endsOperand = true;
    }

    // Digits, dots between digits, exponents and suffixes; signs are operators.
    void Number()
    {
        while (index < text.Length
            && (char.IsAsciiLetterOrDigit(text[index]) || text[index] == '.' && char.IsAsciiDigit(At(index + 1)))) index++;
        endsOperand = true;
    }

    void Quoted(bool isRaw)
    {
        var quote = text[index];
        var isTriple = At(index + 1) == quote && At(index + 2) == quote;
        index += isTriple ? 3 : 1;
        endsOperand = true;
        while (index < text.Length)
        {
            var character = text[index++];
            if (character == '\\' && !isRaw) index++;
            else if (character is '\n' or '\r' && !isTriple) return;
            else if (character == quote && !isTriple) return;
            else if (character == quote && At(index) == quote && At(index + 1) == quote)
            {
                index += 2;
                return;
            }
        }
    }

    void Mark(char character)
    {
        var next = At(index + 1);
        switch (character)
        {
            case '/' when next == '/':
                var end = text.IndexOf('\n', index);
                index = end < 0 ? text.Length : end;
                return;
            case '(' or '[' or '{':
                if (character == '[' && endsOperand) Chain(Selection);
                if (++brackets > MostBrackets) throw TooDeep();
                Begin();
                break;
            case ')' or ']' or '}':
                if (brackets > 0) brackets--;
                endsOperand = true;
                break;
            case ',' or '?' or ':': Begin(); break;
            case '&' or '|' when next == character: Begin(); index++; break;
            case '<' or '>' or '=' or '!' when next == '=': Chain(Relation); index++; break;
            case '<' or '>': Chain(Relation); break;
            case '+': Chain(Sum); break;
            case '-' when endsOperand: Chain(Sum); break;
            case '*' or '/' or '%': Chain(Product); break;
            case '.' when endsOperand: Chain(Selection); break;
        }
        index++;
    }

    char At(int position) => position < text.Length ? text[position] : '\0';

    void Begin()
    {
        chains.AsSpan(brackets * ChainKinds, ChainKinds).Clear();
        endsOperand = false;
    }

    // n operators in a row are n + 1 levels; what binds tighter begins anew behind what binds looser.
    void Chain(int kind)
    {
        var counts = chains.AsSpan(brackets * ChainKinds, ChainKinds);
        if (++counts[kind] >= Depth) throw TooDeep();
        counts[(kind + 1)..].Clear();
        endsOperand = false;
    }

    CelExpressionException TooDeep() => CelExpressionException.Invalid(PositionAt(text, index), TooDeepReason);

    /// <summary>Said of an expression with more than <see cref="Depth"/> levels.</summary>
    public static string TooDeepReason =>
        $"it is more than {Depth} levels deep; use && and ||, 'in' with a list, or boundaries, which do not nest";
}
