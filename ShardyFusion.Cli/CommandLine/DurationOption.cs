using System.CommandLine;
using ShardyFusion.Figures;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>An option that takes a duration, as in <c>15m</c>.</summary>
static class DurationOption
{
    /// <param name="name">The option.</param>
    /// <param name="description">Its help.</param>
    /// <param name="allowsZero">False where no time at all makes no sense.</param>
    public static Option<TimeSpan?> Create(string name, string description, bool allowsZero = true) => new(name)
    {
        Description = description,
        HelpName = "duration",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (!DurationText.TryParse(text, out var duration, out var fault)) result.AddError(fault);
            else if (duration == TimeSpan.Zero && !allowsZero) result.AddError($"{name} must be longer than 0.");
            else return duration;
            return null;
        },
    };
}
