using System.CommandLine;
using System.Globalization;
using ShardyFusion.Reading;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>The options of every command that checks health.</summary>
sealed class HealthArguments
{
    static readonly HealthOptions Defaults = new();

    readonly Option<double?> staleness = Seconds("--staleness-threshold", "An older manifest is degraded.", allowsZero: true);
    readonly Option<double?> expectedEvery = Seconds("--expected-every", "How often a snapshot is published; a missed one is degraded.");
    readonly Option<double?> timeout = Seconds("--timeout", "How long the whole check may take. Default: 30.");
    readonly Option<double?> interval = Seconds("--interval", "Pause between two checks of --watch. Default: 10.");
    readonly Option<bool> deep = new("--deep") { Description = "Also open every shard and read one key of it." };
    readonly Option<bool> skipLastBuild = new("--skip-last-build") { Description = "Do not look at how the last build ended." };
    readonly Option<bool> watch = new("--watch") { Description = "Check again and again until Ctrl+C." };
    readonly Option<string?> cacheDirectory = new("--cache-dir")
    {
        Description = "Folder of the local shard cache, whose disk must have room.",
        HelpName = "path",
    };
    readonly Option<double?> minFreePercent = new("--min-free-percent")
    {
        Description = "Per cent of that disk that must be free, meant for one of 20 GiB. Default: 10.",
        HelpName = "n",
    };
    readonly Option<long?> minFree = new("--min-free")
    {
        Description = "Bytes of that disk that must be free, such as 5GiB.",
        HelpName = "size",
        CustomParser = ByteSize.Parse,
    };

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
        StalenessThreshold = Span(parsed, staleness),
        ExpectedEvery = Span(parsed, expectedEvery),
        Deep = parsed.GetValue(deep),
        LastBuild = !parsed.GetValue(skipLastBuild),
        Timeout = Span(parsed, timeout) ?? Defaults.Timeout,
        CacheDirectory = parsed.GetValue(cacheDirectory),
        MinFreePercent = parsed.GetValue(minFreePercent) ?? Defaults.MinFreePercent,
        MinFreeBytes = parsed.GetValue(minFree),
    };

    public bool IsWatch(ParseResult parsed) => parsed.GetValue(watch);

    public TimeSpan Interval(ParseResult parsed) => Span(parsed, interval) ?? TimeSpan.FromSeconds(10);

    static TimeSpan? Span(ParseResult parsed, Option<double?> option) => parsed.GetValue(option) is { } seconds
        ? TimeSpan.FromSeconds(seconds) : null;

    public static Option<double?> Seconds(string name, string description, bool allowsZero = false)
    {
        var option = new Option<double?>(name) { Description = description, HelpName = "seconds" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && double.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var seconds)
                && !((allowsZero ? seconds >= 0 : seconds > 0) && seconds <= TimeSpan.MaxValue.TotalSeconds / 2))
                result.AddError($"{name} must be a number of seconds, {(allowsZero ? "at least" : "above")} 0.");
        });
        return option;
    }
}
