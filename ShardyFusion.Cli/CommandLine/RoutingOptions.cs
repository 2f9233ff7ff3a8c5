using System.CommandLine;
using ShardyFusion.Routing;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>--routing-context.</summary>
sealed class RoutingOptions
{
    readonly Option<string[]> context = new("--routing-context")
    {
        Description = "A column that the snapshot's expression reads beside the key, as name=value. Repeat for more.",
        HelpName = "name=value",
    };

    public RoutingOptions(Command command) => command.Add(context);

    /// <returns>Null when none was given.</returns>
    /// <exception cref="Errors.ShardyFusionException"><see cref="Errors.ErrorKind.ConfigValidation"/>: not written so.</exception>
    public RoutingContext? Of(ParseResult parsed) =>
        parsed.GetValue(context) is { Length: > 0 } columns ? RoutingContext.Parse(columns) : null;
}
