using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy man</summary>
static class ManCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("man", "Prints the manual page: shardy man > /usr/local/share/man/man1/shardy.1");
        CommandRun.Bind(command, shared, terminal, async (_, _) =>
        {
            await terminal.Out.WriteAsync(ManPage.Of(ShardyApp.CreateRoot(new SharedOptions(), terminal))).ConfigureAwait(false);
            return 0;
        });
        return command;
    }
}
