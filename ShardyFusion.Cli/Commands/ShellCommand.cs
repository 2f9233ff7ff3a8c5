using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Sessions;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy shell, or shardy alone on a terminal</summary>
static class ShellCommand
{
    public const string Name = "shell";

    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command(Name,
            "Runs commands line by line, from the keyboard or standard input, with the store and one reader open all the time.");
        var selector = new SelectorOptions(command, isRequired: false);
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            var session = run.OpenSession(selector.Of(run.Parsed));
            await using (session.ConfigureAwait(false))
                return await new Shell(shared, terminal.Of(session, run.Mode), session).RunAsync(cancellationToken).ConfigureAwait(false);
        });
        return command;
    }
}
