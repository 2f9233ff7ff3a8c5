using Antlr4.Runtime;
using Antlr4.Runtime.Tree;
using Cel.Internal;
using static Cel.Internal.CelParser;

namespace ShardyFusion.Routing.Cel;

/// <summary>Parses an expression with the Cel package. The only class that names it, so that it is loaded only when there is an
/// expression.</summary>
/// <remarks>
/// Levels are counted as in the reference evaluator: an operation, a call, a selection, a list and a map are one level above what they are
/// made of; parentheses are none, but may not nest deeper than the same number either.
/// </remarks>
sealed class CelParsing
{
    static readonly HashSet<string> reserved =
    [
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return",
        "var", "void", "while",
    ];

    int level;

    CelParsing()
    {
    }

    /// <exception cref="CelExpressionException">Too long, too deep, or no CEL.</exception>
    public static CelSyntax Parse(string text)
    {
        CelLimits.Check(text);
        var lexer = new CelLexer(CharStreams.fromString(text));
        lexer.RemoveErrorListeners();
        lexer.AddErrorListener(new LexerFaults());
        var parser = new CelParser(new CommonTokenStream(lexer));
        parser.RemoveErrorListeners();
        parser.AddErrorListener(new ParserFaults());
        parser.AddParseListener(new Nesting());
        return new CelParsing().Visit(parser.start().e);
    }

    CelSyntax Visit(ParserRuleContext context)
    {
        if (++level > CelLimits.Depth) throw CelExpressionException.Invalid(At(context.Start), CelLimits.TooDeepReason);
        var syntax = Convert(Unwrap(context));
        level--;
        return syntax;
    }

    // Rules that only pass on one operand are no level.
    static ParserRuleContext Unwrap(ParserRuleContext context)
    {
        while (true)
        {
            ParserRuleContext? inner = context switch
            {
                ExprContext { op: null } expression => expression.e,
                ConditionalOrContext { _ops.Count: 0 } or => or.e,
                ConditionalAndContext { _ops.Count: 0 } and => and.e,
                RelationContext { op: null } relation => relation.calc(),
                CalcContext { op: null } calc => calc.unary(),
                MemberExprContext member => member.member(),
                PrimaryExprContext primary => primary.primary(),
                NestedContext nested => nested.e,
                ConstantLiteralContext constant => constant.literal(),
                _ => null,
            };
            if (inner is null) return context;
            context = inner;
        }
    }

    CelSyntax Convert(ParserRuleContext context) => context switch
    {
        ExprContext conditional => Operation(conditional.op, "?:", conditional.e, conditional.e1, conditional.e2),
        ConditionalOrContext or => Operation(or._ops[0], "||", [or.e, .. or._e1]),
        ConditionalAndContext and => Operation(and._ops[0], "&&", [and.e, .. and._e1]),
        RelationContext relation => Operation(relation.op, relation.op.Text, relation.relation(0), relation.relation(1)),
        CalcContext calc => Operation(calc.op, calc.op.Text, calc.calc(0), calc.calc(1)),
        LogicalNotContext not => Repeated(not._ops, "!", not.member()),
        NegateContext negation => Repeated(negation._ops, "-", negation.member()),
        SelectContext select => new CelSelect(At(select.op, select.opt), Visit(select.member()), select.id.Text),
        MemberCallContext call => new CelCall(At(call.id), Visit(call.member()), call.id.Text, VisitAll(call.args)),
        IndexContext index => new CelOperation(At(index.op, index.opt), "[]", [Visit(index.member()), Visit(index.index)]),
        IdentOrGlobalCallContext name => Name(name),
        CreateListContext list => new CelListSyntax(At(list.op), Elements(list.elems)),
        CreateStructContext map => new CelMapSyntax(At(map.op), Entries(map.entries)),
        CreateMessageContext message =>
            throw CelExpressionException.Unsupported(At(message.Start), "messages with fields in braces are not supported"),
        LiteralContext literal => Literal(literal),
        _ => throw new InvalidOperationException($"The parser returned a {context.GetType().Name}."),
    };

    CelOperation Operation(IToken token, string symbol, params ReadOnlySpan<ParserRuleContext> operands)
    {
        var visited = new CelSyntax[operands.Length];
        for (var i = 0; i < operands.Length; i++) visited[i] = Visit(operands[i]);
        return new CelOperation(At(token), symbol, visited);
    }

    // Two signs in a row cancel each other, overflow or not.
    CelSyntax Repeated(IList<IToken> signs, string symbol, MemberContext operand)
    {
        var visited = Visit(operand);
        return signs.Count % 2 == 0 ? visited : new CelOperation(At(signs[0]), symbol, [visited]);
    }

    CelSyntax Name(IdentOrGlobalCallContext name)
    {
        if (reserved.Contains(name.id.Text))
            throw CelExpressionException.Invalid(At(name.id), $"'{name.id.Text}' is a reserved word and cannot be a column");
        return name.op is null
            ? new CelIdentifier(At(name.id), name.id.Text)
            : new CelCall(At(name.id), null, name.id.Text, VisitAll(name.args));
    }

    CelSyntax[] VisitAll(ExprListContext? list) => list is null ? [] : [.. list._e.Select(Visit)];

    CelSyntax[] Elements(ListInitContext? list) => list is null ? [] : [.. list._elems.Select(Required)];

    (CelSyntax, CelSyntax)[] Entries(MapInitializerListContext? map) =>
        map is null ? [] : [.. map._keys.Zip(map._values, (key, value) => (Required(key), Visit(value)))];

    CelSyntax Required(OptExprContext element) => element.opt is null ? Visit(element.e) : throw NoOptional(element.opt);

    static CelLiteral Number(IToken token, IToken? sign, CelType type) =>
        new(At(sign ?? token), type, CelLiteralText.Number(sign is null ? token.Text : "-" + token.Text, type, At(sign ?? token)));

    static CelSyntax Literal(LiteralContext literal) => literal switch
    {
        IntContext number => Number(number.tok, number.sign, CelType.Int),
        UintContext number => Number(number.tok, null, CelType.UInt),
        DoubleContext number => Number(number.tok, number.sign, CelType.Double),
        StringContext text =>
            new CelLiteral(At(text.tok), CelType.String, CelLiteralText.Unescape(text.tok.Text, isBytes: false, At(text.tok))),
        BytesContext bytes =>
            new CelLiteral(At(bytes.tok), CelType.Bytes, CelLiteralText.Unescape(bytes.tok.Text[1..], isBytes: true, At(bytes.tok))),
        BoolTrueContext => new CelLiteral(At(literal.Start), CelType.Bool, true),
        BoolFalseContext => new CelLiteral(At(literal.Start), CelType.Bool, false),
        _ => new CelNull(At(literal.Start)),
    };

    static CelPosition At(IToken token) => new(token.Line, token.Column + 1);

    static CelPosition At(IToken token, IToken? optional) => optional is null ? At(token) : throw NoOptional(optional);

    static CelExpressionException NoOptional(IToken mark) =>
        CelExpressionException.Invalid(At(mark), "optional fields and elements ('?') are not part of it");

    /// <summary>Ends the parser before it recurses too deep.</summary>
    sealed class Nesting : IParseTreeListener
    {
        int expressions;

        public void EnterEveryRule(ParserRuleContext context)
        {
            if (context is ExprContext && ++expressions > CelLimits.Depth + 1)
                throw CelExpressionException.Invalid(At(context.Start), CelLimits.TooDeepReason);
        }

        public void ExitEveryRule(ParserRuleContext context)
        {
            if (context is ExprContext) expressions--;
        }

        public void VisitTerminal(ITerminalNode node)
        {
        }

        public void VisitErrorNode(IErrorNode node)
        {
        }
    }

    sealed class LexerFaults : IAntlrErrorListener<int>
    {
        void IAntlrErrorListener<int>.SyntaxError(TextWriter output, IRecognizer recognizer, int offendingSymbol, int line,
            int charPositionInLine, string msg, RecognitionException e)
        {
            var input = ((CelLexer)recognizer).InputStream as ICharStream;
            var rest = input!.GetText(new Antlr4.Runtime.Misc.Interval(((CelLexer)recognizer).TokenStartCharIndex,
                Math.Min(input.Index, input.Size - 1)));
            throw CelExpressionException.Invalid(new CelPosition(line, charPositionInLine + 1), CelSyntaxAdvice.ForCharacters(rest));
        }
    }

    sealed class ParserFaults : BaseErrorListener
    {
        public override void SyntaxError(TextWriter output, IRecognizer recognizer, IToken offendingSymbol, int line,
            int charPositionInLine, string msg, RecognitionException e) =>
            throw CelExpressionException.Invalid(new CelPosition(line, charPositionInLine + 1),
                offendingSymbol.Type == TokenConstants.EOF
                    ? "it ends where more must follow" : CelSyntaxAdvice.ForToken(offendingSymbol.Text));
    }
}
