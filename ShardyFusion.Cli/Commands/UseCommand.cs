using System.CommandLine;
using ShardyFusion.Catalog;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;

namespace ShardyFusion.Cli.Commands;

/// <summary>use, within a session</summary>
static class UseCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("use", "Reads another snapshot from now on; no pointer moves.");
        var latest = new Option<bool>("--latest") { Description = "The current snapshot again, whichever that is." };
        var selector = new SelectorOptions(command, isRequired: true, instead: latest);
        command.Add(latest);
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            var wanted = run.Parsed.GetValue(latest) ? SnapshotSelector.Current : selector.Of(run.Parsed);
            var info = await terminal.Session!.UseAsync(wanted, cancellationToken).ConfigureAwait(false);
            run.Write(new FactsOutput(("run_id", info.RunId), ("manifest_ref", info.ManifestRef), ("row_count", info.RowCount),
                ("follows_pointer", wanted.FollowedPointer is not null)));
            return 0;
        });
        return command;
    }
}
