using System.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Reading;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>The options of get and multiget.</summary>
sealed class ReadOptions
{
    readonly SelectorOptions selector;

    readonly Option<ValueFormat?> valueFormat = new("--value-encoding")
    {
        Description = "How values are shown: base64, hex or utf8. Default: as they were written; bytes as base64.",
        HelpName = "base64|hex|utf8",
        CustomParser = SharedOptions.ParseChoice<ValueFormat>,
    };

    readonly Option<ReadMode?> mode = new("--read-mode")
    {
        Description = "How shards are read: auto, range or download. Default: auto.",
        HelpName = "auto|range|download",
        CustomParser = SharedOptions.ParseChoice<ReadMode>,
    };

    readonly Option<bool> strict = new("--strict") { Description = "Exit with 1 when a key is not found." };

    public ReadOptions(Command command)
    {
        Keys = new KeyOptions(command);
        Routing = new RoutingOptions(command);
        selector = new SelectorOptions(command, isRequired: false);
        command.Add(valueFormat);
        command.Add(mode);
        command.Add(strict);
    }

    public KeyOptions Keys { get; }

    public RoutingOptions Routing { get; }

    public ReaderOptions ReaderOf(ParseResult parsed) => new()
    {
        Selector = selector.Of(parsed),
        Mode = parsed.GetValue(mode) ?? ReadMode.Auto,
    };

    public ValueText ValuesOf(CommandRun run) => new(run.Parsed.GetValue(valueFormat) ?? run.Settings.Values, run.Settings.NullText);

    public bool IsStrict(ParseResult parsed) => parsed.GetValue(strict);
}
