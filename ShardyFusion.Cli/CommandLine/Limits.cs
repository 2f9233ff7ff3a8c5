using System.CommandLine;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>--limit: how many entries of a list.</summary>
static class Limits
{
    /// <param name="unlessGiven">The default.</param>
    /// <param name="description">What is counted.</param>
    public static Option<int> Create(int unlessGiven, string description = "At most this many; 0 for all.")
    {
        var limit = new Option<int>("--limit") { Description = description, HelpName = "n", DefaultValueFactory = _ => unlessGiven };
        limit.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var count) && count < 0)
                result.AddError("--limit must be at least 0.");
        });
        return limit;
    }

    /// <returns>Null for all.</returns>
    public static int? LimitOf(this ParseResult parsed, Option<int> limit) => parsed.GetValue(limit) is > 0 and var count ? count : null;
}
