using System.CommandLine;
using ShardyFusion.Shards;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>--shard-format</summary>
static class ShardFormatOption
{
    public static Option<ShardFormat?> Create() => new("--shard-format")
    {
        Description = "What the shards are made as; sqlite is for readers of shardyfusion. Default: rocksdb.",
        HelpName = "rocksdb|sqlite",
        CustomParser = SharedOptions.ParseChoice<ShardFormat>,
    };
}
