using System.Globalization;
using ShardyFusion.Errors;

namespace ShardyFusion.Stores;

/// <summary>The end of the time that a caller gave for all that a command asks of a store.</summary>
static class StoreTimeout
{
    /// <summary>The failure to report.</summary>
    /// <param name="limit">The time that was given.</param>
    /// <param name="prefix">The prefix that the command works on; null when it has got none yet.</param>
    /// <param name="connection">How it is reached.</param>
    /// <param name="option">The option by which more time can be given.</param>
    public static ShardyFusionException Over(TimeSpan limit, string? prefix, StoreConnection connection, string option)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var endpoint = ObjectStores.EndpointOf(prefix, connection);
        var where = prefix is null ? "" : endpoint is null ? $", on '{prefix}'" : $", on '{prefix}' at {endpoint}";
        return new ShardyFusionException(ErrorKind.TimedOut, string.Create(CultureInfo.InvariantCulture,
            $"The command did not finish within {limit.TotalSeconds:0.###} s{where}. It was stopped, as Ctrl+C does."))
        {
            Target = prefix,
            RecommendedAction = $"Check that {endpoint ?? "the store"} answers, or give more time with {option}.",
        };
    }
}
