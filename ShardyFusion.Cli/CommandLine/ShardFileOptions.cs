using System.CommandLine;
using ShardyFusion.Building;
using ShardyFusion.Building.Shards;
using ShardyFusion.Formats;
using ShardyFusion.Routing;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>The options of publish that make a snapshot of shard files.</summary>
sealed class ShardFileOptions
{
    readonly Option<int?> shards = new("--shards", "-n")
    {
        Description = "With --shard-path: number of shards that the keys of the files were spread over.",
        HelpName = "n",
    };
    readonly Option<KeyEncoding?> keyEncoding = new("--key-encoding")
    {
        Description = "With --shard-path: how the keys in the files are stored.",
        HelpName = "u64be|u32be|utf8|raw",
        CustomParser = SharedOptions.ParseChoice<KeyEncoding>,
    };
    readonly Option<ValueEncoding?> valueEncoding = new("--value-encoding")
    {
        Description = "With --shard-path: what the values in the files are. Default: raw.",
        HelpName = "raw|utf8|json",
        CustomParser = SharedOptions.ParseChoice<ValueEncoding>,
    };
    readonly Option<string?> message = new("--message", "-m")
    {
        Description = "With --shard-path: free text kept with the snapshot.",
        HelpName = "text",
    };
    readonly Option<bool> noPublish = new("--no-publish")
    {
        Description = "With --shard-path: leave the snapshot staged; the pointer does not move.",
    };

    public ShardFileOptions(Command command)
    {
        var options = new Option[] { shards, keyEncoding, valueEncoding, message, noPublish };
        command.Add(Location);
        foreach (var option in options) command.Add(option);
        command.Validators.Add(result =>
        {
            var isGiven = result.GetResult(Location) is { Implicit: false };
            if (isGiven && (result.GetResult(shards) is null || result.GetResult(keyEncoding) is null))
                result.AddError("--shard-path needs --shards and --key-encoding.");
            if (!isGiven && options.FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } alone)
                result.AddError($"{alone.Name} needs --shard-path.");
        });
    }

    /// <summary>Where the files lie; null when a snapshot is named instead.</summary>
    public Option<string?> Location { get; } = new("--shard-path")
    {
        Description = "Make a snapshot of the RocksDB tables (*.sst) in this folder or below this path on a bucket, one for each shard.",
        HelpName = "path",
    };

    public BuildOptions BuildOf(ParseResult parsed, ShardFiles files) => new()
    {
        ShardFiles = files,
        ShardCount = parsed.GetValue(shards),
        KeyEncoding = parsed.GetValue(keyEncoding),
        ValueEncoding = parsed.GetValue(valueEncoding),
        Message = parsed.GetValue(message),
        Publish = !parsed.GetValue(noPublish),
    };
}
