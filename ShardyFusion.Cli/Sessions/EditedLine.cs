using System.Globalization;

namespace ShardyFusion.Cli.Sessions;

/// <summary>A line while it is typed: text, cursor, and what each key does to them. Draws nothing.</summary>
/// <remarks>The cursor never stands within a character that consists of several code units.</remarks>
sealed class EditedLine(LineHistory history)
{
    /// <summary>How far back in the history it is: 0 is what is being typed.</summary>
    int back;
    string typed = "";

    public string Text { get; private set; } = "";

    /// <summary>Code units before the cursor.</summary>
    public int Cursor { get; private set; }

    /// <summary>Takes one key.</summary>
    public LineKey Press(ConsoleKeyInfo key)
    {
        if (key.Modifiers.HasFlag(ConsoleModifiers.Control)) return PressWithControl(key.Key);
        switch (key.Key)
        {
            case ConsoleKey.Enter: return LineKey.Done;
            case ConsoleKey.Tab: return LineKey.Complete;
            case ConsoleKey.Backspace: Remove(Left(Cursor), Cursor); break;
            case ConsoleKey.Delete: Remove(Cursor, Right(Cursor)); break;
            case ConsoleKey.LeftArrow: Cursor = Left(Cursor); break;
            case ConsoleKey.RightArrow: Cursor = Right(Cursor); break;
            case ConsoleKey.Home: Cursor = 0; break;
            case ConsoleKey.End: Cursor = Text.Length; break;
            case ConsoleKey.UpArrow: Recall(back + 1); break;
            case ConsoleKey.DownArrow: Recall(back - 1); break;
            case ConsoleKey.Escape: Replace("", 0); break;
            default:
                if (!char.IsControl(key.KeyChar)) Insert(key.KeyChar.ToString());
                break;
        }
        return LineKey.Edit;
    }

    /// <summary>Puts a completion in the place of the word before the cursor.</summary>
    /// <param name="start">Where the word begins.</param>
    /// <param name="text">What takes its place.</param>
    public void Complete(int start, string text) =>
        Replace(string.Concat(Text.AsSpan(0, start), text, Text.AsSpan(Cursor)), start + text.Length);

    /// <summary>The keys of shells' line editors.</summary>
    LineKey PressWithControl(ConsoleKey key)
    {
        switch (key)
        {
            case ConsoleKey.C: return LineKey.Abandon;
            case ConsoleKey.D when Text.Length == 0: return LineKey.End;
            case ConsoleKey.D: Remove(Cursor, Right(Cursor)); break;
            case ConsoleKey.L: return LineKey.ClearScreen;
            case ConsoleKey.A: Cursor = 0; break;
            case ConsoleKey.E: Cursor = Text.Length; break;
            case ConsoleKey.B: Cursor = Left(Cursor); break;
            case ConsoleKey.F: Cursor = Right(Cursor); break;
            case ConsoleKey.P: Recall(back + 1); break;
            case ConsoleKey.N: Recall(back - 1); break;
            case ConsoleKey.H: Remove(Left(Cursor), Cursor); break;
            case ConsoleKey.K: Remove(Cursor, Text.Length); break;
            case ConsoleKey.U: Remove(0, Cursor); break;
            case ConsoleKey.W or ConsoleKey.Backspace: Remove(WordLeft(), Cursor); break;
            case ConsoleKey.LeftArrow: Cursor = WordLeft(); break;
            case ConsoleKey.RightArrow: Cursor = WordRight(); break;
            case ConsoleKey.J or ConsoleKey.M: return LineKey.Done;
        }
        return LineKey.Edit;
    }

    void Insert(string text) => Replace(Text.Insert(Cursor, text), Cursor + text.Length);

    void Remove(int from, int to)
    {
        if (from < to) Replace(Text.Remove(from, to - from), from);
    }

    void Replace(string text, int cursor) => (Text, Cursor) = (text, cursor);

    void Recall(int steps)
    {
        if (steps < 0 || steps > history.Count) return;
        if (back == 0) typed = Text;
        back = steps;
        var text = steps == 0 ? typed : history[^steps];
        Replace(text, text.Length);
    }

    int Left(int at) => at == 0 ? 0 : StringInfo.ParseCombiningCharacters(Text[..at])[^1];

    int Right(int at) => at + StringInfo.GetNextTextElementLength(Text.AsSpan(at));

    int WordLeft()
    {
        var at = Cursor;
        while (at > 0 && Text[at - 1] == ' ') at--;
        while (at > 0 && Text[at - 1] != ' ') at--;
        return at;
    }

    int WordRight()
    {
        var at = Cursor;
        while (at < Text.Length && Text[at] != ' ') at++;
        while (at < Text.Length && Text[at] == ' ') at++;
        return at;
    }
}
