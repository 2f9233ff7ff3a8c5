using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Commands;
using ShardyFusion.Cli.Output;
using ShardyFusion.Errors;

namespace ShardyFusion.Cli.Sessions;

/// <summary>Runs the lines of a session until its end.</summary>
/// <param name="shared">The options that the session was started with.</param>
/// <param name="terminal">The session's.</param>
/// <param name="session">What the lines share.</param>
sealed class Shell(SharedOptions shared, Terminal terminal, ReadSession session)
{
    /// <summary>After these a session that follows a pointer reads what they made current.</summary>
    static readonly string[] PointerMoves = ["write", "publish", "rollback", "undo"];

    readonly RootCommand root = ShardyApp.CreateRoot(shared, terminal);

    /// <returns>0; from standard input 1 when a command failed.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var lines = terminal.IsInteractive ? (ILineSource)new EditedLines(terminal, new LineCompletion(root, session))
            : new PipedLines();
        if (terminal.IsInteractive) await terminal.Out.WriteLineAsync("'help' lists the commands, 'quit' ends the session.")
            .ConfigureAwait(false);
        var worst = 0;
        while (await lines.ReadAsync(Prompt, cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (LineWords.Split(line, out var words) is { } fault)
            {
                new ErrorReport(fault, UsageError.Id, "Close it, or put the word in other quotes.")
                    .Write(terminal, terminal.DefaultMode, ShellCommand.Name);
                worst = 1;
                continue;
            }
            // The program's own name is what fingers are used to.
            if (words is ["shardy", _, ..]) words = [.. words.Skip(1)];
            if (words is ["quit" or "exit", ..]) break;
            if (words.Count > 0 && await RunLineAsync(Meant(words), cancellationToken).ConfigureAwait(false) != 0) worst = 1;
            cancellationToken.ThrowIfCancellationRequested();
        }
        return terminal.IsInteractive ? 0 : worst;
    }

    string Prompt => session.RunId is not { } run ? "shardy> "
        : $"shardy [{VisibleText.Escape(run)}{(session.InUse.FollowedPointer is null ? ", in use" : "")}]> ";

    static IReadOnlyList<string> Meant(IReadOnlyList<string> words) => words[0] is "help" or "?" ? [.. words.Skip(1), "--help"] : words;

    async Task<int> RunLineAsync(IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        var token = terminal.IsInteractive && terminal.Signals is { } signals ? signals.BeginLine().Token : cancellationToken;
        try
        {
            var parsed = ShardyApp.Parse(root, words);
            var exitCode = await ShardyApp.RunAsync(parsed, terminal, token).ConfigureAwait(false);
            if (PointerMoves.Contains(parsed.CommandResult.Command.Name))
                await session.RefreshIfOpenAsync(token).ConfigureAwait(false);
            return exitCode;
        }
        catch (ShardyFusionException e)
        {
            ErrorReport.Of(e, key: null).Write(terminal, terminal.DefaultMode, RefreshCommand.Name);
            return 1;
        }
        finally
        {
            await terminal.Out.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            terminal.Signals?.EndLine();
        }
    }
}
