using ShardyFusion.Cli.Output;
using ShardyFusion.Cli.Sessions;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>Where a command writes.</summary>
/// <param name="output">Standard output.</param>
/// <param name="error">Standard error.</param>
/// <param name="signals">The process's signals; null for a step of the demo.</param>
sealed class Terminal(TextWriter output, TextWriter error, StopSignals? signals)
{
    public TextWriter Out => output;

    public TextWriter Error { get; } = new VisibleWriter(error);

    /// <summary>Exit code after a cancellation.</summary>
    public int StoppedExitCode => signals?.ExitCode ?? 130;

    /// <summary>What is used when --output is not given: tables for people, lines for programs.</summary>
    public OutputMode DefaultMode { get; init; } = Console.IsOutputRedirected ? OutputMode.Jsonl : OutputMode.Table;

    /// <summary>True when someone sees standard error, so that progress may be drawn there.</summary>
    public bool ShowsProgress { get; init; } = !Console.IsErrorRedirected;

    /// <summary>True when someone types and sees the answers.</summary>
    public bool IsInteractive { get; init; } = !Console.IsInputRedirected && !Console.IsOutputRedirected;

    /// <summary>True when someone can answer a question.</summary>
    public bool CanAsk { get; init; } = !Console.IsInputRedirected && !Console.IsErrorRedirected;

    /// <summary>The session whose lines write here; null outside of one.</summary>
    public ReadSession? Session { get; init; }

    /// <summary>The process's signals; null for a step of the demo.</summary>
    public StopSignals? Signals => signals;

    /// <summary>The same place for the lines of a session.</summary>
    public Terminal Of(ReadSession session, OutputMode mode) => new(output, error, signals)
    {
        Session = session,
        DefaultMode = mode,
        ShowsProgress = ShowsProgress,
        CanAsk = CanAsk,
    };

    /// <summary>Writes tables to standard output.</summary>
    public void WriteTables(IEnumerable<IRenderable> parts)
    {
        if (!Console.IsOutputRedirected)
        {
            var screen = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
            foreach (var part in parts) screen.Write(part);
            return;
        }
        // In a file nothing is coloured, folded at a guessed width, or padded.
        using var plain = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(plain),
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors
        });
        console.Profile.Width = 1000;
        foreach (var part in parts) console.Write(part);
        foreach (var line in plain.ToString().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n')) output.WriteLine(line.TrimEnd());
    }

    /// <summary>Empties the screen for a page that is drawn anew; a file keeps what it has.</summary>
    public void ClearScreen()
    {
        if (!Console.IsOutputRedirected)
            AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }).Clear(home: true);
    }

    /// <summary>A console for progress and questions on standard error.</summary>
    public IAnsiConsole Messages() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
}
