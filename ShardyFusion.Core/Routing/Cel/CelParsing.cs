namespace ShardyFusion.Routing.Cel;

/// <summary>Parses an expression, from left to right, with one token of foresight.</summary>
/// <remarks>
/// Levels are counted as in the reference evaluator: an operation, a call, a selection, a list and a map are one level above what they
/// are made of; parentheses are none, but may not nest deeper than the same number either. So nothing here recurses deeper than that, and
/// chains are loops. What is wrong with the meaning of a part (a number that is too large, a reserved word) is told after what is wrong
/// with the grammar.
/// </remarks>
sealed class CelParsing
{
    static readonly HashSet<string> reserved =
    [
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return",
        "var", "void", "while",
    ];

    readonly CelLexer lexer;
    CelToken token;
    CelExpressionException? fault;
    int nesting;

    CelParsing(string text)
    {
        lexer = new CelLexer(text);
        token = lexer.Next();
    }

    /// <exception cref="CelExpressionException">Too long, too deep, or no CEL.</exception>
    public static CelSyntax Parse(string text)
    {
        CelLimits.Check(text);
        var parsing = new CelParsing(text);
        var syntax = parsing.Expression();
        if (parsing.token.Kind != CelTokenKind.End) throw parsing.Unexpected();
        return parsing.fault is null ? syntax : throw parsing.fault;
    }

    CelSyntax Expression()
    {
        if (++nesting > CelLimits.Depth + 1) throw TooDeep(token.At);
        var syntax = Chain("||");
        if (IsAt("?"))
        {
            var at = Skip();
            var then = Chain("||");
            Expect(":");
            syntax = Operation(at, "?:", syntax, then, Expression());
        }
        nesting--;
        return syntax;
    }

    // && and || are one level, however many operands they have.
    CelSyntax Chain(string symbol)
    {
        var first = symbol == "||" ? Chain("&&") : Relation();
        if (!IsAt(symbol)) return first;
        var at = token.At;
        var operands = new List<CelSyntax> { first };
        while (TryExpect(symbol)) operands.Add(symbol == "||" ? Chain("&&") : Relation());
        return Operation(at, symbol, [.. operands]);
    }

    CelSyntax Relation()
    {
        var left = Sum();
        while (SymbolAt("<", "<=", ">", ">=", "==", "!=", "in") is { } symbol) left = Operation(Skip(), symbol, left, Sum());
        return left;
    }

    CelSyntax Sum()
    {
        var left = Product();
        while (SymbolAt("+", "-") is { } symbol) left = Operation(Skip(), symbol, left, Product());
        return left;
    }

    CelSyntax Product()
    {
        var left = Unary();
        while (SymbolAt("*", "/", "%") is { } symbol) left = Operation(Skip(), symbol, left, Unary());
        return left;
    }

    CelSyntax Unary()
    {
        if (SymbolAt("!", "-") is not { } symbol) return Member(Primary());
        var at = token.At;
        var signs = 0;
        for (; TryExpect(symbol); signs++)
        {
        }
        // One minus before digits belongs to the number: the least int has no positive twin.
        if (symbol == "-" && signs == 1 && token.Kind is CelTokenKind.Int or CelTokenKind.Double) return Member(Number(at));
        var operand = Member(Primary());
        // Two signs in a row cancel each other, overflow or not.
        return signs % 2 == 0 ? operand with { Levels = LevelAbove(at, operand) } : Operation(at, symbol, operand);
    }

    CelSyntax Member(CelSyntax syntax)
    {
        while (true)
        {
            if (IsAt("."))
            {
                syntax = Selection(syntax, Skip());
            }
            else if (IsAt("["))
            {
                var at = Skip();
                RefuseOptional();
                syntax = Operation(at, "[]", syntax, Expression());
                Expect("]");
            }
            else if (IsAt("{") && IsPath(syntax))
            {
                syntax = Message(syntax);
            }
            else
            {
                return syntax;
            }
        }
    }

    CelSyntax Selection(CelSyntax target, CelPosition dot)
    {
        var isOptional = RefuseOptional();
        var at = token.At;
        var name = Name();
        if (isOptional || !IsAt("(")) return new CelSelect(dot, target, name) { Levels = LevelAbove(dot, target) };
        var arguments = Arguments();
        return new CelCall(at, target, name, arguments) { Levels = LevelAbove(at, [target, .. arguments]) };
    }

    static bool IsPath(CelSyntax syntax)
    {
        while (syntax is CelSelect select) syntax = select.Operand;
        return syntax is CelIdentifier;
    }

    CelSyntax Primary()
    {
        var at = token.At;
        switch (token.Kind)
        {
            case CelTokenKind.Name: return Named(at);
            case CelTokenKind.Int or CelTokenKind.UInt or CelTokenKind.Double: return Number(null);
            case CelTokenKind.String or CelTokenKind.Bytes: return Text();
            case CelTokenKind.Truth: return new CelLiteral(at, CelType.Bool, Take() == "true");
            case CelTokenKind.Null: Skip(); return new CelNull(at);
        }
        if (TryExpect("."))
        {
            if (token.Kind != CelTokenKind.Name) throw Unexpected();
            return Named(at);
        }
        if (TryExpect("("))
        {
            var inner = Expression();
            Expect(")");
            // Behind parentheses no name goes on as the name of a message.
            return inner is CelIdentifier or CelSelect && IsAt("{") ? throw Unexpected() : inner;
        }
        if (TryExpect("[")) return List(at);
        if (TryExpect("{")) return Map(at);
        if (!TryExpect("-") || token.Kind is not (CelTokenKind.Int or CelTokenKind.Double)) throw Unexpected();
        return Number(at);
    }

    CelSyntax Named(CelPosition at)
    {
        var name = Name();
        if (reserved.Contains(name) && !IsAt("{"))
            fault ??= CelExpressionException.Invalid(at, $"'{name}' is a reserved word and cannot be a column");
        if (!IsAt("(")) return new CelIdentifier(at, name);
        var arguments = Arguments();
        return new CelCall(at, null, name, arguments) { Levels = LevelAbove(at, arguments) };
    }

    List<CelSyntax> Arguments()
    {
        Expect("(");
        var arguments = new List<CelSyntax>();
        if (TryExpect(")")) return arguments;
        do arguments.Add(Expression());
        while (TryExpect(","));
        Expect(")");
        return arguments;
    }

    CelListSyntax List(CelPosition at)
    {
        var elements = new List<CelSyntax>();
        foreach (var _ in Entries("]")) elements.Add(Expression());
        return new CelListSyntax(at, elements) { Levels = LevelAbove(at, elements) };
    }

    CelMapSyntax Map(CelPosition at)
    {
        var entries = new List<(CelSyntax, CelSyntax)>();
        var parts = new List<CelSyntax>();
        foreach (var _ in Entries("}"))
        {
            var key = Expression();
            Expect(":");
            var value = Expression();
            entries.Add((key, value));
            parts.AddRange([key, value]);
        }
        return new CelMapSyntax(at, entries) { Levels = LevelAbove(at, parts) };
    }

    // Its fields are read so that what is wrong with them is told, and go nowhere.
    CelNull Message(CelSyntax name)
    {
        while (name is CelSelect select) name = select.Operand;
        fault ??= CelExpressionException.Unsupported(name.At, "messages with fields in braces are not supported");
        Skip();
        foreach (var _ in Entries("}"))
        {
            Name();
            Expect(":");
            Expression();
        }
        return new CelNull(name.At);
    }

    /// <summary>Stands before each entry in turn, which the caller reads, and ends behind the bracket. A comma may follow the last
    /// one.</summary>
    IEnumerable<int> Entries(string end)
    {
        for (var count = 0; !IsAt(end); count++)
        {
            if (count > 0)
            {
                Expect(",");
                if (IsAt(end)) break;
            }
            else if (TryExpect(","))
            {
                break;
            }
            RefuseOptional();
            yield return count;
        }
        Expect(end);
    }

    CelSyntax Number(CelPosition? sign)
    {
        var at = sign ?? token.At;
        var type = token.Kind switch { CelTokenKind.Int => CelType.Int, CelTokenKind.UInt => CelType.UInt, _ => CelType.Double };
        return Literal(at, type, sign is null ? Take() : "-" + Take());
    }

    CelSyntax Text() => Literal(token.At, token.Kind == CelTokenKind.Bytes ? CelType.Bytes : CelType.String, Take());

    CelSyntax Literal(CelPosition at, CelType type, string text)
    {
        try
        {
            return new CelLiteral(at, type, type switch
            {
                CelType.Bytes => CelLiteralText.Unescape(text[1..], isBytes: true, at),
                CelType.String => CelLiteralText.Unescape(text, isBytes: false, at),
                _ => CelLiteralText.Number(text, type, at),
            });
        }
        catch (CelExpressionException e)
        {
            fault ??= e;
            return new CelNull(at);
        }
    }

    static CelOperation Operation(CelPosition at, string symbol, params CelSyntax[] operands) =>
        new(at, symbol, operands) { Levels = LevelAbove(at, operands) };

    static int LevelAbove(CelPosition at, CelSyntax part) => part.Levels < CelLimits.Depth ? part.Levels + 1 : throw TooDeep(at);

    static int LevelAbove(CelPosition at, IReadOnlyList<CelSyntax> parts)
    {
        var level = 1;
        foreach (var part in parts) level = Math.Max(level, LevelAbove(at, part));
        return level;
    }

    static CelExpressionException TooDeep(CelPosition at) => CelExpressionException.Invalid(at, CelLimits.TooDeepReason);

    bool RefuseOptional()
    {
        var at = token.At;
        if (!TryExpect("?")) return false;
        fault ??= CelExpressionException.Invalid(at, "optional fields and elements ('?') are not part of it");
        return true;
    }

    string Name() => token.Kind == CelTokenKind.Name ? Take() : throw Unexpected();

    bool IsAt(string symbol) => token.Kind == CelTokenKind.Mark && lexer.TextOf(token).SequenceEqual(symbol);

    string? SymbolAt(params ReadOnlySpan<string> symbols)
    {
        if (token.Kind != CelTokenKind.Mark) return null;
        foreach (var symbol in symbols)
            if (IsAt(symbol)) return symbol;
        return null;
    }

    bool TryExpect(string symbol)
    {
        if (!IsAt(symbol)) return false;
        Skip();
        return true;
    }

    void Expect(string symbol)
    {
        if (!TryExpect(symbol)) throw Unexpected();
    }

    CelPosition Skip()
    {
        var at = token.At;
        token = lexer.Next();
        return at;
    }

    string Take()
    {
        var text = lexer.TextOf(token).ToString();
        Skip();
        return text;
    }

    CelExpressionException Unexpected() => CelExpressionException.Invalid(token.At,
        token.Kind == CelTokenKind.End ? "it ends where more must follow" : CelSyntaxAdvice.ForToken(lexer.TextOf(token).ToString()));
}
