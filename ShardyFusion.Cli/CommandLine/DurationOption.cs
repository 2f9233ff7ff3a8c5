using System.CommandLine;
using System.Globalization;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>Durations as people write them: <c>90</c> (seconds), <c>15m</c>, <c>12h</c>, <c>30d</c>.</summary>
static class DurationOption
{
    public static Option<TimeSpan?> Create(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "time",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            var unit = text.Length > 0 ? text[^1] : ' ';
            var seconds = unit switch { 's' => 1d, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 };
            if (double.TryParse(seconds > 0 ? text[..^1] : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                out var count) && count * Math.Max(seconds, 1) < 4e9)
                return TimeSpan.FromSeconds(count * Math.Max(seconds, 1));
            result.AddError($"'{text}' is no time; give seconds, or 15m, 12h, 30d.");
            return null;
        },
    };
}
