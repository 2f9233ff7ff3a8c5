using System.Diagnostics;
using ShardyFusion.Routing.Cel;

namespace ShardyFusion.Core.Tests.Routing.Cel;

/// <summary>Expressions that are made to exhaust the reader of them.</summary>
public class CelLimitsTests(ITestOutputHelper output)
{
    static readonly CelColumn[] columns = [new("key", CelType.Int), new("s", CelType.String), new("f", CelType.Bool)];

    static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    // By name: half characters would not survive being handed from one process to another.
    static readonly Dictionary<string, string> hostile = new()
    {
        { "2,000 parentheses", Repeat("(", 2_000) + "key" + Repeat(")", 2_000) },
        { "a million parentheses", Repeat("(", 1_000_000) },
        { "brackets of every kind", Repeat("([{", 30_000) },
        { "calls in calls", Repeat("int(", 5_000) + "key" + Repeat(")", 5_000) },
        { "a sum of 30,000 terms", Repeat("key+", 30_000) + "key" },
        { "a product of 30,000 terms", Repeat("key*", 30_000) + "key" },
        { "comparisons in a row", Repeat("f==", 30_000) + "f" },
        { "selections in a row", "s" + Repeat(".a", 40_000) },
        { "indexes in a row", "[1]" + Repeat("[0]", 30_000) },
        { "calls on calls", "s" + Repeat(".size()", 10_000) },
        { "conditions in conditions", Repeat("f?1:", 20_000) + "2" },
        { "conditions in parentheses", Repeat("f?1:(", 15_000) + "2" + Repeat(")", 15_000) },
        { "half a million characters", "s == '" + Repeat("a", 500_000) + "'" },
        { "ten million spaces", Repeat(" ", 10_000_000) + "key" },
        { "a number of 90,000 digits", Repeat("9", 90_000) },
        { "an unclosed text", "s == '" + Repeat("\\\\", 45_000) },
        { "an unclosed text in triple quotes", "s == '''" + Repeat("''", 45_000) },
        { "half characters", "s == '" + Repeat("\ud83d", 50_000) + "'" },
        { "signs", Repeat("- ", 30_000) },
        { "commas", Repeat(",", 90_000) },
        { "a list that ends too early", "key in [" + Repeat("1,", 47_500) },
        { "a condition that fails at its end", Repeat("f&&", 31_000) + "f f" },
        { "arguments that fail at their end", "int(" + Repeat("key,", 23_000) + "key]" },
        { "texts that fail at their end", "s in [" + Repeat("'a',", 23_000) + "'a'" },
        { "loops in loops", Repeat("[1,2,3,4,5,6,7,8,9,10].all(x,", 15) + "x>0" + Repeat(")", 15) },
        { "a pattern repeated a million times", "s.matches('(((a{100}){100}){100})')" },
        { "a pattern with large bounds", "s.matches('(a?){999}(b?){999}(c?){999}(d?){999}(e?){999}')" },
        { "a pattern of deep groups", "s.matches('" + Repeat("(", 20_000) + "')" },
        { "a pattern of large classes", "s.matches('" + Repeat(@"\\P{L}", 5_000) + "')" },
        { "a pattern of unclosed classes", "s.matches('[" + Repeat("[:", 45_000) + "')" },
        { "a pattern of classes of everything in every case", "s.matches('(?i)" + Repeat(@"[\\x00-\\x{10FFFF}]", 4_000) + "')" },
        { "a pattern of optional letters", "s.matches('" + Repeat("(a?b?c?d?e?f?g?h?){100}", 10) + "')" },
        { "a pattern of bounds too large to count", "s.matches('a{99999999999999999999}')" },
    };

    public static TheoryData<string> Hostile => [.. hostile.Keys];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Compile_HostileExpression_IsRefusedAtOnce(string what)
    {
        var expression = hostile[what];
        // The first expression of a process loads the parser.
        CelCompiler.Compile("key in [1] || s.matches('a')", columns, null);
        var allocatedBytes = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        var refusal = Assert.Throws<CelExpressionException>(() => CelCompiler.Compile(expression, columns, null));
        watch.Stop();
        allocatedBytes = GC.GetAllocatedBytesForCurrentThread() - allocatedBytes;
        output.WriteLine($"counts: {what}: {watch.Elapsed.TotalMilliseconds:F1} ms, {allocatedBytes / 1e6:F2} MB: {refusal.Message}");
        Assert.True(allocatedBytes < 10_000_000, $"{allocatedBytes} bytes");
        Assert.True(refusal.Message.Length < 500, refusal.Message);
    }

    [Theory]
    [InlineData("((((((((((((((((((((((((((((((((key))))))))))))))))))))))))))))))))")]
    [InlineData("(((((((((((((((((((((((((((((((([].size()))))))))))))))))))))))))))))))))")]
    [InlineData("s == '(((((((((((((((((((((((((((((((((((((((((((((((((((((((((((('")]
    [InlineData("s == r'\\' // ((((((((((((((((((((((((((((((((((((((((((((((((((((")]
    [InlineData("s == '''\\'((((((((((((((((((((((((((((((((((((((((((((((((((((((((''' // '")]
    [InlineData("s == \"\\\"+++++++++++++++++++++++++++++++++++++++++++++++++++++++++++\"")]
    [InlineData("key in [-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1]")]
    [InlineData("f&&f&&f&&f&&f&&f&&f&&f&&f&&f&&f&&f&&f&&f&&f&&f&&f&&f&&f&&f&&f&&f&&f&&f&&f&&f&&f&&f&&f&&f&&f&&f&&f&&f&&f&&f&&f")]
    public void Compile_ManyMarksButFewLevels_IsNotTooDeep(string expression)
    {
        try
        {
            CelCompiler.Compile(expression, columns, null);
        }
        catch (CelExpressionException e)
        {
            Assert.DoesNotContain("deep", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Compile_DepthAtTheLimit_IsAcceptedAndOneMoreRefused()
    {
        Func<int, string>[] shapes =
        [
            n => Repeat("(", n) + "key" + Repeat(")", n),
            n => Repeat("key + ", n - 1) + "key",
            n => Repeat("int(", n - 1) + "key" + Repeat(")", n - 1),
            n => Repeat("-(", n - 1) + "key" + Repeat(")", n - 1),
            n => Repeat("key + (", n - 1) + "key" + Repeat(")", n - 1),
        ];
        foreach (var shape in shapes)
        {
            CelCompiler.Compile(shape(CelLimits.Depth), columns, null);
            var refusal = Assert.Throws<CelExpressionException>(() => CelCompiler.Compile(shape(CelLimits.Depth + 1), columns, null));
            Assert.Contains("32 levels deep", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Compile_LengthAtTheLimit_CountsCodePoints()
    {
        var frame = "s == ''".Length;
        CelCompiler.Compile("s == '" + Repeat("😀", CelLimits.CodePoints - frame) + "'", columns, null);
        var refusal = Assert.Throws<CelExpressionException>(() =>
            CelCompiler.Compile("s == '" + Repeat("😀", CelLimits.CodePoints - frame + 1) + "'", columns, null));
        Assert.Contains("longer than 100000", refusal.Message, StringComparison.Ordinal);
    }
}
