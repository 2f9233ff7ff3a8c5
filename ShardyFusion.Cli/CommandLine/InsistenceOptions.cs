using System.CommandLine;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>--ignore-block, --ignore-freeze: what a change of a pointer insists on.</summary>
sealed class InsistenceOptions
{
    readonly Option<bool> ignoreBlock = new("--ignore-block") { Description = "Allow a blocked snapshot as the target." };
    readonly Option<bool> ignoreFreeze = new("--ignore-freeze") { Description = "Move the pointer although the prefix is frozen." };

    public InsistenceOptions(Command command)
    {
        command.Add(ignoreBlock);
        command.Add(ignoreFreeze);
    }

    public bool IgnoresBlock(ParseResult parsed) => parsed.GetValue(ignoreBlock);

    public bool IgnoresFreeze(ParseResult parsed) => parsed.GetValue(ignoreFreeze);
}
