using System.CommandLine;
using ShardyFusion.Cleaning;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>The options that say what a cleanup keeps.</summary>
sealed class CleanupArguments
{
    static readonly CleanupPolicy Defaults = new();

    readonly Option<int> keepLast = new("--keep-last")
    {
        Description = "Keep this many of the newest snapshots, and as many counted back from the current one. "
            + $"Default: {Defaults.KeepLast}.",
        HelpName = "n",
        DefaultValueFactory = _ => Defaults.KeepLast,
    };
    readonly Option<TimeSpan?> olderThan = DurationOption.Create("--older-than", "Delete only snapshots published longer ago than this.");
    readonly Option<TimeSpan?> grace = DurationOption.Create("--grace",
        "Keep everything younger than this, and every snapshot that was current within this time. Default: 1d.");
    readonly Option<TimeSpan?> stagedGrace =
        DurationOption.Create("--staged-grace", "Keep what is newer than the current one this long. Default: 7d.");
    readonly Option<TimeSpan?> runAge =
        DurationOption.Create("--run-record-age", "Keep records of runs without a snapshot this long. Default: 30d.");
    readonly Option<TimeSpan?> eventAge = DurationOption.Create("--event-age", "Keep events of pointer changes this long. Default: 90d.");

    public CleanupArguments(Command command)
    {
        foreach (var option in new Option[] { keepLast, olderThan, grace, stagedGrace, runAge, eventAge }) command.Add(option);
    }

    public CleanupPolicy PolicyOf(ParseResult parsed) => new()
    {
        KeepLast = parsed.GetValue(keepLast),
        OlderThan = parsed.GetValue(olderThan),
        Grace = parsed.GetValue(grace) ?? Defaults.Grace,
        StagedGrace = parsed.GetValue(stagedGrace) ?? Defaults.StagedGrace,
        RunRecordAge = parsed.GetValue(runAge) ?? Defaults.RunRecordAge,
        EventAge = parsed.GetValue(eventAge) ?? Defaults.EventAge,
    };
}
