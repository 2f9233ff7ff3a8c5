using System.CommandLine;
using System.CommandLine.Parsing;
using ShardyFusion.Catalog;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Figures;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy history</summary>
static class HistoryCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("history", "Lists the published snapshots, newest first.");
        var limit = Limits.Create(10);
        var before = new Option<DateTimeOffset?>("--before")
        {
            Description = "Only snapshots published before this time, UTC unless it says otherwise.",
            HelpName = "time",
            CustomParser = ParseTime,
        };
        var at = new Option<DateTimeOffset?>("--at")
        {
            Description = "Only the snapshot that was current at this time, UTC unless it says otherwise.",
            HelpName = "time",
            CustomParser = ParseTime,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(at) is not null && result.GetResult(before) is not null)
                result.AddError("Give at most one of --before, --at.");
        });
        foreach (var option in new Option[] { limit, before, at }) command.Add(option);
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            var count = run.Parsed.LimitOf(limit);
            run.Write(new HistoryOutput(await run.WithStoreAsync(async store =>
            {
                if (run.Parsed.GetValue(at) is { } time)
                    return [await store.GetCurrentAtAsync(TimeText.EndOfSecond(time), cancellationToken).ConfigureAwait(false)];
                var entries = new List<HistoryEntry>();
                await foreach (var entry in store.GetHistoryAsync(count, run.Parsed.GetValue(before), cancellationToken)
                    .ConfigureAwait(false)) entries.Add(entry);
                return entries;
            }).ConfigureAwait(false)));
            return 0;
        });
        return command;
    }

    static DateTimeOffset? ParseTime(ArgumentResult result)
    {
        if (TimeText.TryParse(result.Tokens[0].Value, out var time, out _)) return time;
        result.AddError($"'{result.Tokens[0].Value}' is not a time. Use a form such as 2026-03-14T10:30:00Z.");
        return null;
    }
}
