using ShardyFusion.Cli.Sessions;

namespace ShardyFusion.Cli.Tests.Sessions;

public class EditedLineTests
{
    static readonly LineHistory history = NewHistory();

    static LineHistory NewHistory()
    {
        var lines = new LineHistory(null);
        lines.Add("first");
        lines.Add("second");
        return lines;
    }

    static ConsoleKeyInfo Key(ConsoleKey key, char character = '\0', bool control = false) => new(character, key, false, false, control);

    static EditedLine Typed(string text)
    {
        var line = new EditedLine(history);
        foreach (var character in text) line.Press(Key(ConsoleKey.None, character));
        return line;
    }

    [Theory]
    [InlineData("get 42", 6, ConsoleKey.Backspace, false, "get 4", 5)]
    [InlineData("get 😀", 6, ConsoleKey.Backspace, false, "get ", 4)]
    [InlineData("get 😀", 6, ConsoleKey.LeftArrow, false, "get 😀", 4)]
    [InlineData("get 42", 6, ConsoleKey.Home, false, "get 42", 0)]
    [InlineData("get 42", 6, ConsoleKey.A, true, "get 42", 0)]
    [InlineData("get 42 ", 7, ConsoleKey.W, true, "get ", 4)]
    [InlineData("get 42", 6, ConsoleKey.U, true, "", 0)]
    [InlineData("get 42", 6, ConsoleKey.K, true, "get 42", 6)]
    [InlineData("get 42", 6, ConsoleKey.LeftArrow, true, "get 42", 4)]
    [InlineData("get 42", 6, ConsoleKey.Escape, false, "", 0)]
    [InlineData("typed", 5, ConsoleKey.UpArrow, false, "second", 6)]
    [InlineData("typed", 5, ConsoleKey.DownArrow, false, "typed", 5)]
    [InlineData("get 42", 6, ConsoleKey.D, true, "get 42", 6)]
    public void Key_OnALine_DoesWhatShellsDo(string text, int typedCursor, ConsoleKey key, bool control, string expected, int cursor)
    {
        var line = Typed(text);
        Assert.Equal(typedCursor, line.Cursor);
        Assert.Equal(LineKey.Edit, line.Press(Key(key, control: control)));
        Assert.Equal((expected, cursor), (line.Text, line.Cursor));
    }

    [Fact]
    public void History_UpPastItsStartAndDownAgain_ComesBackToWhatWasTyped()
    {
        var line = Typed("typed");
        for (var i = 0; i < 3; i++) line.Press(Key(ConsoleKey.UpArrow));
        Assert.Equal("first", line.Text);
        for (var i = 0; i < 3; i++) line.Press(Key(ConsoleKey.DownArrow));
        Assert.Equal("typed", line.Text);
    }

    [Theory]
    [InlineData(ConsoleKey.Enter, false, LineKey.Done)]
    [InlineData(ConsoleKey.Tab, false, LineKey.Complete)]
    [InlineData(ConsoleKey.C, true, LineKey.Abandon)]
    [InlineData(ConsoleKey.L, true, LineKey.ClearScreen)]
    public void Key_ThatEndsTheLine_IsPassedOn(ConsoleKey key, bool control, object asked) =>
        Assert.Equal(asked, Typed("x").Press(Key(key, control: control)));

    [Fact]
    public void EndOfInput_OnAnEmptyLineOnly_EndsTheSession() =>
        Assert.Equal(LineKey.End, new EditedLine(history).Press(Key(ConsoleKey.D, control: true)));

    [Fact]
    public void ControlCharacters_Pasted_AreLeftOut() => Assert.Equal("ab", Typed("a\u001b\u0007b").Text);

    [Fact]
    public void History_Secret_IsNotKept()
    {
        var lines = new LineHistory(null);
        lines.Add("get 1 --s3-option aws_secret_access_key=AKIAIOSFODNN7EXAMPLEKEY");
        Assert.Equal(0, lines.Count);
    }

    [Theory]
    [InlineData("get 42", "get|42")]
    [InlineData("  get   'a b'  \"c\\\"d\" ", "get|a b|c\"d")]
    [InlineData(@"export C:\data\x.csv", @"export|C:\data\x.csv")]
    [InlineData("get '' # the empty key", "get|")]
    [InlineData("get a#b", "get|a#b")]
    [InlineData("# all of it", "")]
    public void Words_OfALine_AreThoseOfAShell(string line, string words)
    {
        Assert.Null(LineWords.Split(line, out var found));
        Assert.Equal(words, string.Join('|', found));
    }
}
