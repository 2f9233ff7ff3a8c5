using Antlr4.Runtime;
using ShardyFusion.Routing.Cel;

namespace ShardyFusion.Core.Tests.Routing.Cel;

/// <summary>Random tokens in a row, to our parser and to one that was generated from CEL's grammar: both take them or neither
/// does.</summary>
public class CelGrammarTests(ITestOutputHelper output)
{
    static readonly string[] tokens =
    [
        "a", "b", "in", "true", "null", "as", "1", "0x1f", "2u", "1.5", ".5", "1e3", "'t'", "\"t\"", "b'x'", "r'\\'", "'''q'''", "br\"z\"",
        "(", ")", "[", "]", "{", "}", ".", ",", "?", ":", "+", "-", "*", "/", "%", "!", "==", "!=", "<", "<=", ">", ">=", "&&", "||",
        "=", "&", "'", "\"\"\"", "'\\q'", "'\\u0041'", "'\\101'", "'\\8'", "// c\n", "\n", "é", "1.", "08", "1x", "e1", "0x", "$", "`a`",
    ];

    // What is grammar and is refused for another reason.
    static readonly string[] otherReasons =
        ["levels deep", "optional", "reserved", "does not fit", "messages with fields", "no Unicode", "raw text", "not allowed in a bytes"];

    [Fact]
    public void Parse_RandomTokens_AreTakenWhereTheGrammarTakesThem()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var (taken, refused) = (0, 0);
        for (var round = 0; round < 20_000; round++)
        {
            var text = Text(random);
            var isTaken = IsOurs(text, out var reason);
            // What follows a part that is refused for another reason was not looked at.
            if (isTaken && reason is not null) continue;
            if (isTaken) taken++;
            else refused++;
            Assert.True(isTaken == IsGrammar(text), $"seed {seed}: {text}: {reason ?? "taken"}");
        }
        output.WriteLine($"counts: random expressions taken: {taken}, refused: {refused}");
        Assert.True(taken > 1000);
    }

    // Half of them are put together as the grammar asks, with one part changed at times; else hardly any would be taken.
    static string Text(Random random)
    {
        if (random.Next(2) == 0) return string.Concat(random.GetItems(tokens, random.Next(1, 8)).Select(token => token + Gap(random)));
        var text = Expression(random, 3);
        if (random.Next(3) > 0) return text;
        var at = random.Next(text.Length);
        return text[..at] + random.GetItems(tokens, 1)[0] + text[(random.Next(2) == 0 ? at : Math.Min(text.Length, at + 1))..];
    }

    static string Gap(Random random) => random.Next(2) == 0 ? " " : "";

    static string Expression(Random random, int depth)
    {
        if (depth == 0) return tokens[random.Next(18)];
        string Part() => Expression(random, depth - 1) + Gap(random);
        return random.Next(14) switch
        {
            0 => $"{Part()}?{Part()}:{Part()}",
            1 => $"{Part()}||{Part()}&&{Part()}",
            2 => $"{Part()}{tokens[random.Next(34, 42)]}{Part()}",
            3 => $"{Part()} in {Part()}",
            4 => $"{Part()}{tokens[random.Next(28, 33)]}{Part()}",
            5 => $"-{Part()}",
            6 => $"!!{Part()}",
            7 => $"{Part()}.a({Part()},{Part()})",
            8 => $"{Part()}.{(random.Next(9) == 0 ? "?" : "")}b",
            9 => $"{Part()}[{Part()}]",
            10 => $"({Part()})",
            11 => $"[{Part()}{(random.Next(3) == 0 ? "," : "")}]",
            12 => $"{{{Part()}:{Part()}}}",
            _ => $"a.b{{a:{Part()}}}",
        };
    }

    static bool IsOurs(string text, out string? reason)
    {
        reason = null;
        try
        {
            CelParsing.Parse(text);
            return true;
        }
        catch (CelExpressionException e)
        {
            reason = e.Message;
            return otherReasons.Any(other => e.Message.Contains(other, StringComparison.Ordinal));
        }
    }

    static bool IsGrammar(string text)
    {
        var faults = new Faults();
        var lexer = new global::Cel.Internal.CelLexer(CharStreams.fromString(text));
        lexer.RemoveErrorListeners();
        lexer.AddErrorListener(faults);
        var parser = new global::Cel.Internal.CelParser(new CommonTokenStream(lexer));
        parser.RemoveErrorListeners();
        parser.AddErrorListener(faults);
        parser.start();
        return !faults.Any;
    }

    sealed class Faults : IAntlrErrorListener<int>, IAntlrErrorListener<IToken>
    {
        public bool Any { get; private set; }

        void IAntlrErrorListener<int>.SyntaxError(TextWriter output, IRecognizer recognizer, int offendingSymbol, int line,
            int charPositionInLine, string msg, RecognitionException e) => Any = true;

        void IAntlrErrorListener<IToken>.SyntaxError(TextWriter output, IRecognizer recognizer, IToken offendingSymbol, int line,
            int charPositionInLine, string msg, RecognitionException e) => Any = true;
    }
}
