using System.CommandLine;
using ShardyFusion.Cli.CommandLine;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy completion</summary>
static class CompletionCommand
{
    static readonly string[] Shells = ["bash", "zsh", "fish", "powershell"];

    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("completion", "Prints the script by which a shell completes commands and options.");
        var shell = new Argument<string>("shell") { Description = "bash, zsh, fish or powershell." };
        shell.AcceptOnlyFromAmong(Shells);
        command.Add(shell);
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            await terminal.Out.WriteAsync(await Embedded.ReadAsync($"shardy.{run.Parsed.GetValue(shell)}", cancellationToken)
                .ConfigureAwait(false)).ConfigureAwait(false);
            return 0;
        });
        return command;
    }
}
