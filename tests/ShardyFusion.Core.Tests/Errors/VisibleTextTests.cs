using System.Text.Json;
using ShardyFusion.Errors;

namespace ShardyFusion.Core.Tests.Errors;

public class VisibleTextTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("plain äöü 日本 \\x1b", "plain äöü 日本 \\x1b")]
    [InlineData("\u001b[31mred\u001b[0m", "\\x1b[31mred\\x1b[0m")]
    [InlineData("\u001b]0;title\a", "\\x1b]0;title\\x07")]
    [InlineData("a\r\nb\tc", "a\\r\\nb\\tc")]
    [InlineData("\u007f\u0080\u009b31m\u009f", "\\x7f\\x80\\x9b31m\\x9f")]
    [InlineData("user\u202egnp.exe\u2066x\u2069\u2028", "user\\u202egnp.exe\\u2066x\\u2069\\u2028")]
    [InlineData("\u200e\u00a0\u00ad", "\u200e\u00a0\u00ad")]
    public void Escape_SteeringCharacters_AreShown(string? text, string expected) => Assert.Equal(expected, VisibleText.Escape(text));

    [Fact]
    public void Escape_EveryCharacter_LeavesNoControl()
    {
        var all = string.Concat(Enumerable.Range(0, 0xd800).Select(c => (char)c));
        Assert.DoesNotContain(VisibleText.Escape(all), c => char.IsControl(c) || c is >= '\u202a' and <= '\u202e' or >= '\u2066'
            and <= '\u2069');
        Assert.DoesNotContain(VisibleText.EscapeLines(all), c => char.IsControl(c) && c != '\n');
    }

    [Fact]
    public void EscapeJson_Document_IsTheSameDocument()
    {
        const string text = "a\u007f\u009b\u202e\u2066\u2029é";
        var json = $"{{\n  \"k\": \"{text}\\u001b\"\n}}";
        var escaped = VisibleText.EscapeJson(json);
        Assert.DoesNotContain(escaped, c => char.IsControl(c) && c != '\n' || c is '\u202e' or '\u2066' or '\u2029');
        using var document = JsonDocument.Parse(escaped);
        Assert.Equal(text + "\u001b", document.RootElement.GetProperty("k").GetString());
    }

    [Fact]
    public void Exception_MessageAndAdvice_AreSafeToShow()
    {
        var e = new ShardyFusionException(ErrorKind.InputInvalid, "Row 'x\u001b]52;c;!\a\nforged' of s3://k:verysecret@b.")
        {
            RecommendedAction = "Look at '\u009b2J'.",
        };
        Assert.Equal("Row 'x\\x1b]52;c;!\\x07\\nforged' of s3://***@b.", e.Message);
        Assert.Equal("Look at '\\x9b2J'.", e.RecommendedAction);
        Assert.Equal("Row 7: \\x1b", new RowException(ErrorKind.InputInvalid, 7, "\u001b").Message);
    }
}
