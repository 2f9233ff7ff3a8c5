using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;

namespace ShardyFusion.Cli.Sessions;

/// <summary>Runs a script: one JSON line for each of its commands, an answer or an error.</summary>
/// <param name="shared">The options that the script was started with.</param>
/// <param name="terminal">Where the script was started.</param>
/// <param name="session">What its commands share.</param>
sealed class ScriptRun(SharedOptions shared, Terminal terminal, ReadSession session)
{
    /// <param name="script">The commands.</param>
    /// <param name="output">Takes the lines.</param>
    /// <param name="cancellationToken">Ends the script; what it has answered stays.</param>
    /// <returns>0, or 1 when a command failed, or the exit code of a stop.</returns>
    public async Task<int> RunAsync(Script script, TextWriter output, CancellationToken cancellationToken)
    {
        var worst = 0;
        for (var i = 0; i < script.Commands.Count; i++)
        {
            using var answer = new StringWriter { NewLine = "\n" };
            using var error = new StringWriter { NewLine = "\n" };
            var lines = new Terminal(answer, error, null)
            {
                Session = session,
                DefaultMode = OutputMode.Jsonl,
                ShowsProgress = false,
                CanAsk = false,
                IsInteractive = false,
            };
            var exitCode = await RunAsync(script, i, lines, cancellationToken).ConfigureAwait(false);
            // What is wrong with some keys of many is said beside them, in the answer.
            var text = answer.ToString() is { Length: > 0 } found ? found : error.ToString();
            await output.WriteLineAsync(text.AsMemory(0, text.IndexOf('\n', StringComparison.Ordinal)), CancellationToken.None)
                .ConfigureAwait(false);
            if (cancellationToken.IsCancellationRequested) return terminal.StoppedExitCode;
            // A degraded snapshot is an answer; one that cannot be read is a failure.
            if (exitCode == 0 || (exitCode == 1 && ScriptCommand.OpOf(script.Commands[i]) == "health")) continue;
            worst = 1;
            if (script.StopsAtErrors) break;
        }
        return worst;
    }

    async Task<int> RunAsync(Script script, int index, Terminal lines, CancellationToken cancellationToken)
    {
        var command = script.Commands[index];
        if (ScriptCommand.Read(command, index + 1, out var words) is { } fault)
        {
            new ErrorReport(fault, UsageError.Id).Write(lines, OutputMode.Jsonl, ScriptCommand.OpOf(command));
            return UsageError.ExitCode;
        }
        return await ShardyApp.RunAsync(ShardyApp.Parse(ShardyApp.CreateRoot(shared, lines), words), lines, cancellationToken)
            .ConfigureAwait(false);
    }
}
