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
        // Not the one of every command: a wait that ends in vain says so.
        var timeout = DurationOption.Create("--timeout", "Give up after this time. Default: no limit.", allowsZero: false);
        foreach (var option in new Option[] { after, pointer, interval, timeout }) command.Add(option);
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            var options = new WaitOptions
            {
                AfterRunId = run.Parsed.GetValue(after),
                Pointer = run.Parsed.GetValue(pointer),
                Interval = run.Parsed.GetValue(interval) ?? defaults.Interval,
            };
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var limit = run.Parsed.GetValue(timeout);
            if (limit is { } time) over.CancelAfter(time < CommandRun.LongestTimer ? time : CommandRun.LongestTimer);
            var (info, warning) = await WaitAsync(run, options, limit, over.Token, cancellationToken).ConfigureAwait(false);
            if (warning is not null) await terminal.Error.WriteLineAsync($"Warning: {warning}").ConfigureAwait(false);
            run.Write(new InfoOutput(info));
            return 0;
        });
        return command;
    }

    static async Task<(SnapshotInfo, string?)> WaitAsync(CommandRun run, WaitOptions options, TimeSpan? limit, CancellationToken over,
        CancellationToken stop)
    {
        try
        {
            return await run.WithStoreAsync(store => store.WaitForNewerAsync(options, over)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested && limit is not null)
        {
            throw SnapshotWait.NothingNewer(limit.Value, run.PrefixOrNull, "'shardy runs'");
        }
    }
}
