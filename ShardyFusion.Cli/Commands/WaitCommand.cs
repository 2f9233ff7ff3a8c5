using System.CommandLine;
using ShardyFusion.Catalog;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy wait</summary>
static class WaitCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var defaults = new WaitOptions();
        var command = new Command("wait", "Waits until a newer snapshot is current, and describes it; for the job after the load.");
        var after = new Option<string?>("--after")
        {
            Description = "Newer than the snapshot that this run built. Default: than what is current now.",
            HelpName = "run-id",
        };
        var pointer = new Option<string?>("--pointer") { Description = "Look at this pointer, such as CANARY.", HelpName = "name" };
        var interval = DurationOption.Create("--interval",
            $"Time between two looks at the pointer. Default: {Format.Duration(defaults.Interval)}.", allowsZero: false);
        foreach (var option in new Option[] { after, pointer, interval }) command.Add(option);
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            var options = new WaitOptions
            {
                AfterRunId = run.Parsed.GetValue(after),
                Pointer = run.Parsed.GetValue(pointer),
                Interval = run.Parsed.GetValue(interval) ?? defaults.Interval,
            };
            var (info, warning) = await run.WithStoreAsync(store => store.WaitForNewerAsync(options, cancellationToken))
                .ConfigureAwait(false);
            if (warning is not null) await terminal.Error.WriteLineAsync($"Warning: {warning}").ConfigureAwait(false);
            run.Write(new InfoOutput(info));
            return 0;
        });
        return command;
    }
}
