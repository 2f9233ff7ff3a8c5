using Spectre.Console.Rendering;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Errors;

namespace ShardyFusion.Cli.Sessions;

/// <summary>Lines that somebody types, with a history and completion.</summary>
sealed class EditedLines(Terminal terminal, LineCompletion completion) : ILineSource
{
    const string ClearToEnd = "\u001b[K";

    /// <summary>Columns of a terminal that does not say.</summary>
    const int UsualWidth = 80;

    readonly LineHistory history = new(LineHistory.DefaultPath);

    public async Task<string?> ReadAsync(string prompt, CancellationToken cancellationToken)
    {
        // Within the line Ctrl+C is a key; while a command runs it is a signal again.
        Console.TreatControlCAsInput = true;
        try
        {
            var line = await Task.Run(() => Edit(prompt), cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
            if (line is not null) history.Add(line);
            return line;
        }
        finally
        {
            Console.TreatControlCAsInput = false;
        }
    }

    public void Dispose()
    {
    }

    string? Edit(string prompt)
    {
        var line = new EditedLine(history);
        while (true)
        {
            Draw(prompt, line);
            var asked = line.Press(Console.ReadKey(intercept: true));
            switch (asked)
            {
                case LineKey.Done:
                case LineKey.End:
                    Write("\r\n");
                    return asked == LineKey.Done ? line.Text : null;
                case LineKey.Abandon:
                    Write("^C\r\n");
                    line = new EditedLine(history);
                    break;
                case LineKey.ClearScreen:
                    terminal.ClearScreen();
                    break;
                case LineKey.Complete:
                    Complete(line);
                    break;
            }
        }
    }

    /// <summary>Completes as far as it is clear; the choices that are left are listed.</summary>
    void Complete(EditedLine line)
    {
        var (start, choices) = completion.Find(line.Text, line.Cursor);
        if (choices.Count == 0) return;
        var common = LineCompletion.CommonStart(choices);
        if (choices.Count == 1) line.Complete(start, common + " ");
        else if (common.Length > line.Cursor - start) line.Complete(start, common);
        else List(choices);
    }

    /// <summary>As shells do: below each other in columns of one width.</summary>
    void List(IReadOnlyList<string> choices)
    {
        var shown = choices.Select(VisibleText.Escape).ToList();
        var width = shown.Max(Width) + 2;
        foreach (var row in shown.Chunk(Math.Max(1, ScreenWidth / width)))
            Write($"\r\n{string.Concat(row.Select(choice => choice + new string(' ', width - Width(choice)))).TrimEnd()}");
        Write("\r\n");
    }

    static int ScreenWidth => Console.WindowWidth > 0 ? Console.WindowWidth : UsualWidth;

    void Draw(string prompt, EditedLine line)
    {
        // A line longer than the screen is shown around its cursor.
        var room = Math.Max(10, ScreenWidth - Width(prompt) - 1);
        var from = 0;
        while (Width(line.Text[from..line.Cursor]) >= room) from++;
        var to = line.Text.Length;
        while (Width(line.Text[from..to]) > room) to--;
        var shown = VisibleText.Escape(line.Text[from..to]);
        var column = Width(prompt) + Width(VisibleText.Escape(line.Text[from..line.Cursor]));
        Write($"\r{prompt}{shown}{ClearToEnd}\r{(column == 0 ? "" : $"\u001b[{column}C")}");
    }

    static int Width(string text) => text.Length == 0 ? 0 : new Segment(text).CellCount();

    void Write(string text)
    {
        terminal.Out.Write(text);
        terminal.Out.Flush();
    }
}
