using System.CommandLine;
using ShardyFusion.Stores;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>The options that say how the store of a copy is reached where it is not reached as the first one.</summary>
sealed class DestinationOptions
{
    readonly Option<string?> endpointUrl = new("--destination-endpoint-url")
    {
        Description = "Endpoint of the destination's store, if different.",
        HelpName = "url",
    };
    readonly Option<string?> region = new("--destination-region")
    {
        Description = "Region of the destination's bucket, if different.",
        HelpName = "name",
    };
    readonly Option<string?> profile = new("--destination-profile")
    {
        Description = "Profile for the destination, if different.",
        HelpName = "name",
    };

    public DestinationOptions(Command command)
    {
        foreach (var option in new Option[] { endpointUrl, region, profile }) command.Add(option);
    }

    /// <summary>The connection to the destination.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="prefix">The destination.</param>
    /// <param name="here">How the first store is reached.</param>
    public StoreConnection Of(ParseResult parsed, string prefix, StoreConnection here) =>
        new GivenAccess(parsed.GetValue(endpointUrl), null, null).ApplyTo(here with
        {
            Region = parsed.GetValue(region) ?? here.Region,
            ProfileName = parsed.GetValue(profile) ?? here.ProfileName,
        }, prefix);
}
