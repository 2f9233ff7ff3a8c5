using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Maintenance;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy verify</summary>
static class VerifyCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("verify", "Checks that a snapshot is complete and undamaged. Exit code 1 if it is not.");
        var selector = new SelectorOptions(command, isRequired: false);
        var level = new Option<VerifyLevel?>("--level")
        {
            Description = "How closely: metadata, exists, checksum or deep. Default: checksum.",
            HelpName = "metadata|exists|checksum|deep",
            CustomParser = SharedOptions.ParseChoice<VerifyLevel>,
        };
        var parallelism = new Option<int?>("--parallelism") { Description = "Shards checked in parallel.", HelpName = "n" };
        command.Add(level);
        command.Add(parallelism);
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            var options = new VerifyOptions
            {
                Selector = run.Resolve(selector.Of(run.Parsed)),
                Level = run.Parsed.GetValue(level) ?? VerifyLevel.Checksum,
                Parallelism = run.Parsed.GetValue(parallelism),
            };
            var report = await run.WithStoreAsync(store =>
                ShardProgressLine.ShowAsync(terminal, "Verifying", progress => store.VerifyAsync(options, progress, cancellationToken)))
                    .ConfigureAwait(false);
            run.Write(new VerifyOutput(report));
            return report.Passed ? 0 : 1;
        });
        return command;
    }
}
