using System.CommandLine;
using System.Globalization;
using ShardyFusion.Reading;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>The options of every command that checks health.</summary>
sealed class HealthArguments
{
    static readonly HealthOptions Defaults = new();

    readonly Option<TimeSpan?> staleness =
        DurationOption.Create("--staleness-threshold", "Report degraded if the manifest is older than this.");
    readonly Option<TimeSpan?> expectedEvery =
        DurationOption.Create("--expected-every", "How often a snapshot should be published; report degraded if one is missed.",
            allowsZero: false);
    readonly Option<TimeSpan?> timeout =
        DurationOption.Create("--timeout", "Time limit of the whole check. Default: 30s.", allowsZero: false);
    readonly Option<TimeSpan?> interval =
        DurationOption.Create("--interval", "Time between two checks of --watch. Default: 10s.", allowsZero: false);
    readonly Option<bool> deep = new("--deep") { Description = "Also open every shard and read one key from it." };
    readonly Option<bool> skipLastBuild = new("--skip-last-build") { Description = "Do not look at how the last build ended." };
    readonly Option<bool> watch = new("--watch") { Description = "Repeat the check until Ctrl+C." };
    readonly Option<string?> cacheDirectory = new("--cache-dir")
    {
        Description = "Folder of the local shard cache, whose disk must have room.",
        HelpName = "path",
    };
    readonly Option<double?> minFreePercent = new("--min-free-percent")
    {
        Description = "Percentage of that disk that must be free, for a disk of 20 GiB; a larger disk needs a smaller one. Default: 10.",
        HelpName = "n",
    };
    readonly Option<long?> minFree = SizeOption.Create("--min-free", "Bytes of that disk that must be free, such as 5GiB.");

    /// <param name="command">Gets the options.</param>
    /// <param name="canWatch">True for a command that can check again and again.</param>
    public HealthArguments(Command command, bool canWatch)
    {
        foreach (var option in new Option[] { staleness, expectedEvery, deep, skipLastBuild, timeout, cacheDirectory, minFreePercent,
            minFree }) command.Add(option);
        if (!canWatch) return;
        command.Add(watch);
        command.Add(interval);
    }

    public HealthOptions Of(ParseResult parsed) => Defaults with
    {
        StalenessThreshold = parsed.GetValue(staleness),
        ExpectedEvery = parsed.GetValue(expectedEvery),
        Deep = parsed.GetValue(deep),
        LastBuild = !parsed.GetValue(skipLastBuild),
        Freeze = true,
        Timeout = parsed.GetValue(timeout) ?? Defaults.Timeout,
        CacheDirectory = parsed.GetValue(cacheDirectory),
        MinFreePercent = parsed.GetValue(minFreePercent) ?? Defaults.MinFreePercent,
        MinFreeBytes = parsed.GetValue(minFree),
    };

    public bool IsWatch(ParseResult parsed) => parsed.GetValue(watch);

    public TimeSpan Interval(ParseResult parsed) => parsed.GetValue(interval) ?? TimeSpan.FromSeconds(10);

}
