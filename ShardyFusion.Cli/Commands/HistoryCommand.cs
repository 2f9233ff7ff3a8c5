using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Snapshots;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy history</summary>
internal static class HistoryCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("history", "Lists the published snapshots, newest first.");
        var limit = new Option<int>("--limit") { Description = "At most this many; 0 for all.", HelpName = "n", DefaultValueFactory = _ => 10 };
        limit.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var count) && count < 0) result.AddError("--limit must be at least 0.");
        });
        var before = new Option<DateTimeOffset?>("--before") { Description = "Only snapshots published before this time, UTC unless it says otherwise.", HelpName = "time", CustomParser = ParseTime };
        command.Add(limit);
        command.Add(before);
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            var count = run.Parsed.GetValue(limit);
            run.Write(new HistoryOutput(await run.WithStoreAsync(async store =>
            {
                var entries = new List<HistoryEntry>();
                await foreach (var entry in store.GetHistoryAsync(count == 0 ? null : count, run.Parsed.GetValue(before), cancellationToken).ConfigureAwait(false)) entries.Add(entry);
                return entries;
            }).ConfigureAwait(false)));
            return 0;
        });
        return command;
    }

    static DateTimeOffset? ParseTime(ArgumentResult result)
    {
        if (DateTimeOffset.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)) return time;
        result.AddError($"'{result.Tokens[0].Value}' is no time, as 2026-03-14T10:30:00Z is.");
        return null;
    }
}
