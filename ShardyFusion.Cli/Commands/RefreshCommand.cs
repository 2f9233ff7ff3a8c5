using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Reading;

namespace ShardyFusion.Cli.Commands;

/// <summary>refresh, within a session</summary>
static class RefreshCommand
{
    public const string Name = "refresh";

    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command(Name, "Reads what is current now; a snapshot that was chosen by use stays.");
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            var session = terminal.Session!;
            var result = await session.RefreshIfOpenAsync(cancellationToken).ConfigureAwait(false);
            if (result is null)
            {
                var reader = await session.GetReaderAsync(cancellationToken).ConfigureAwait(false);
                result = new RefreshResult(false, reader.Info.RunId, reader.Info.RunId, null);
            }
            run.Write(new FactsOutput(("changed", result.Changed), ("from", result.From), ("run_id", result.To),
                ("problem", result.Problem)));
            return result.Problem is null ? 0 : 1;
        });
        return command;
    }
}
