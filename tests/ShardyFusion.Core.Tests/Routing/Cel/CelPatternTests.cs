using System.Text.RegularExpressions;
using ShardyFusion.Routing.Cel;
using ShardyFusion.Routing.Cel.Patterns;

namespace ShardyFusion.Core.Tests.Routing.Cel;

public class CelPatternTests
{
    static bool Matches(string pattern, string text) => CelPattern.Compile(pattern, new CelPosition(1, 1)).IsMatch(text);

    [Theory]
    [InlineData("b", "abc", true)]
    [InlineData("^b", "abc", false)]
    [InlineData("a.c", "a\nc", false)]
    [InlineData("(?s)a.c", "a\nc", true)]
    [InlineData("^a.c$", "a😀c", true)]
    [InlineData("^a..c$", "a😀c", false)]
    [InlineData("^[^x]$", "😀", true)]
    [InlineData("^[^x]$", "\n", true)]
    [InlineData("^[😀-😎]{2}$", "😀😃", true)]
    [InlineData("^[😀-😎]$", "😏", false)]
    [InlineData("^[\\x{FFFF}-\\x{10400}]$", "\U00010000", true)]
    [InlineData("^[\\x{10000}-\\x{10FFFF}]$", "\uffff", false)]
    [InlineData("^😀+$", "😀😀", true)]
    [InlineData("a$", "a\n", false)]
    [InlineData("(?m)^b$", "a\nb\nc", true)]
    [InlineData("\\Ab\\z", "a\nb", false)]
    [InlineData("\\d", "\u0663", false)]
    [InlineData("\\w", "é", false)]
    [InlineData("\\s", "\u00a0", false)]
    [InlineData("\\s", "\v", false)]
    [InlineData("[[:space:]]", "\v", true)]
    [InlineData("^\\D\\S\\W$", "😀é—", true)]
    [InlineData("^[[:^alpha:]\\d]+$", "12-", true)]
    [InlineData("^\\pL\\p{Lu}\\P{L}\\p{^L}$", "éÉ1😀", true)]
    [InlineData("^\\p{L}$", "\U00010400", true)]
    [InlineData("(?i)^straSSE$", "STRASSE", true)]
    [InlineData("(?i)^k$", "\u212a", true)]
    [InlineData("(?i)^[j-l]$", "\u212a", true)]
    [InlineData("(?i)^s$", "ſ", true)]
    [InlineData("(?i)^\\x{10400}$", "\U00010428", true)]
    [InlineData("(?i)i", "ı", false)]
    [InlineData("(?i)σ", "ς", true)]
    [InlineData("(?i)^\\w$", "\u212a", true)]
    [InlineData("(?i)^\\W$", "\u212a", false)]
    [InlineData("^\\W$", "\u212a", true)]
    [InlineData("(?i)^[\\W]$", "ſ", false)]
    [InlineData("(?i)^[^\\W]$", "ſ", true)]
    [InlineData("(?i)^\\p{Lu}$", "é", true)]
    [InlineData("(?i)^\\P{Lu}$", "é", false)]
    [InlineData("(?i)^\\P{Lu}$", "1", true)]
    [InlineData("(?i)^[[:^lower:]]$", "A", false)]
    [InlineData("(?i)^[^a-z]$", "K", false)]
    [InlineData("(?i)^[^a-z]$", "\u212a", false)]
    [InlineData("^*a$", "a", true)]
    [InlineData("^(|a)*$", "aaa", true)]
    [InlineData("^()+(a*)*b{0}$", "aa", true)]
    [InlineData("^(?i-s:a.)\\n$", "Ab\n", true)]
    [InlineData("a(?i)b", "aB", true)]
    [InlineData("a(?i:b)c", "aBC", false)]
    [InlineData("(?i)a(?-i)b", "AB", false)]
    [InlineData("^(?:a|b|)$", "", true)]
    [InlineData("^a{2,3}$", "aaaa", false)]
    [InlineData("^a{2,}$", "aaaa", true)]
    [InlineData("^a{2}$", "aa", true)]
    [InlineData("^a{,2}$", "a{,2}", true)]
    [InlineData("^a{$", "a{", true)]
    [InlineData("^x*$", "", true)]
    [InlineData("^a+?b*?c??$", "aab", true)]
    [InlineData("^(?P<one>a)(?<two>b)$", "ab", true)]
    [InlineData("^\\Q.*\\E+$", ".***", true)]
    [InlineData("^\\Q|)", "|)", true)]
    [InlineData("^\\.\\*\\-\\]$", ".*-]", true)]
    [InlineData("^[]a]+$", "]a", true)]
    [InlineData("^[a\\]-]+$", "]-a", true)]
    [InlineData("^[a-c-e]+$", "b-e", true)]
    [InlineData("^\\101\\x42\\x{43}$", "ABC", true)]
    [InlineData("^\\0$", "\0", true)]
    [InlineData("[^\\x00-\\x{10FFFF}]", "a", false)]
    [InlineData("#a b", "#a b", true)]
    [InlineData("", "anything", true)]
    public void Compile_Pattern_MatchesAsRe2Does(string pattern, string text, bool expected) =>
        Assert.Equal(expected, Matches(pattern, text));

    [Theory]
    [InlineData("(")]
    [InlineData(")")]
    [InlineData("[")]
    [InlineData("[a")]
    [InlineData("[]")]
    [InlineData("*")]
    [InlineData("a|*")]
    [InlineData("a**")]
    [InlineData("a{2}{3}")]
    [InlineData("a+?*")]
    [InlineData("a{1001}")]
    [InlineData("a{3,2}")]
    [InlineData("(a{100}){11}")]
    [InlineData("(?=a)")]
    [InlineData("(?!a)")]
    [InlineData("(?<=a)")]
    [InlineData("(?<!a)")]
    [InlineData("(?>a)")]
    [InlineData("(?x)a")]
    [InlineData("(?P=n)")]
    [InlineData("(?P<n>a)(?P<n>b)")]
    [InlineData("(?P<>a)")]
    [InlineData("(a)\\1")]
    [InlineData("\\Z")]
    [InlineData("\\G")]
    [InlineData("\\k<n>")]
    [InlineData("\\8")]
    [InlineData("\\u0041")]
    [InlineData("\\e")]
    [InlineData("\\cA")]
    [InlineData("\\é")]
    [InlineData("\\xg1")]
    [InlineData("\\x{110000}")]
    [InlineData("\\p{Nope}")]
    [InlineData("\\p{Cn}")]
    [InlineData("[[:nope:]]")]
    [InlineData("[b-a]")]
    [InlineData("[a-\\d]")]
    [InlineData("a\\")]
    [InlineData("(?i")]
    [InlineData("(?")]
    // What RE2 has and this program refuses by name.
    [InlineData("\\bword\\b")]
    [InlineData("\\B")]
    [InlineData("\\C")]
    [InlineData("\\p{Greek}")]
    public void Compile_WhatIsNoPatternHere_IsRefused(string pattern)
    {
        var refusal = Assert.Throws<CelExpressionException>(() => Matches(pattern, ""));
        Assert.True(refusal.IsUnsupported);
        Assert.Contains("pattern", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_EveryAsciiPatternChar_MatchesItselfWhenEscaped()
    {
        for (var character = ' '; character <= '~'; character++)
        {
            if (char.IsAsciiLetterOrDigit(character) || character == '_') continue;
            Assert.True(Matches($"^\\{character}$", character.ToString()), $"\\{character}");
            Assert.True(Matches($"^[\\{character}]$", character.ToString()), $"[\\{character}]");
        }
    }

    [Fact]
    public void Compile_ClassOfOneCodePoint_MatchesThatOneAlone()
    {
        foreach (var codePoint in (int[])[0x41, 0x7f, 0xff, 0x100, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x103ff, 0x10400, 0x1f600, 0x10fbff,
            0x10fc00, 0x10ffff])
        {
            var pattern = CelPattern.Compile($"^[\\x{{{codePoint:x}}}]$", default);
            foreach (var other in (int[])[codePoint - 1, codePoint, codePoint + 1])
            {
                if (other > 0x10ffff || other is >= 0xd800 and <= 0xdfff) continue;
                Assert.Equal(other == codePoint, pattern.IsMatch(char.ConvertFromUtf32(other)));
            }
        }
    }

    [Fact]
    public void Compile_AnyPattern_RunsOnTheEngineThatNeverBacktracks()
    {
        var pattern = CelPattern.Compile("^(a*)*$", default);
        Assert.True(pattern.Options.HasFlag(RegexOptions.NonBacktracking));
        Assert.DoesNotMatch(pattern, new string('a', 50_000) + "b");
    }
}
