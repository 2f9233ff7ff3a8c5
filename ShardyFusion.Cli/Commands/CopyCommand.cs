using System.CommandLine;
using ShardyFusion.Building;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Maintenance;
using ShardyFusion.Publishing;
using ShardyFusion.Shards;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy copy</summary>
static class CopyCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("copy",
            "Copies a snapshot to another prefix, or rewrites its rows, with another number of shards or in another format.");
        var target = new Argument<string>("destination") { Description = "The other prefix." };
        command.Add(target);
        var selector = new SelectorOptions(command, isRequired: false);
        var shards = new Option<int?>("--shards", "-n") { Description = "Rewrite the rows into this many shards.", HelpName = "n" };
        var publish = new Option<bool>("--publish") { Description = "Move the destination's pointer to the copy." };
        var pointer = new Option<string?>("--pointer") { Description = "The pointer to move, such as CANARY.", HelpName = "name" };
        var allowUnsafePointer = new Option<bool>("--allow-unsafe-pointer")
        {
            Description = "Allow a store that does not honour conditional writes.",
        };
        var parallelism = new Option<int?>("--parallelism") { Description = "Shards copied in parallel.", HelpName = "n" };
        foreach (var option in new Option[] { shards, publish, pointer, allowUnsafePointer }) command.Add(option);
        var other = new DestinationOptions(command);
        command.Add(parallelism);
        var placement = new PlacementOptions(command);
        var shardFormat = ShardFormatOption.Create();
        command.Add(shardFormat);
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            var parsed = run.Parsed;
            var there = parsed.GetRequiredValue(target);
            var destination = run.OpenOther(there, here => other.Of(parsed, there, here.ForCopy(run.PrefixOrNull, there)));
            await using (destination.ConfigureAwait(false))
            {
                var options = new CopyOptions
                {
                    Selector = run.Resolve(selector.Of(parsed)),
                    Reshard = (parsed.GetValue(shards), placement.Of(parsed), parsed.GetValue(shardFormat)) is (null, null, null) ? null
                        : new BuildOptions
                        {
                            ShardCount = parsed.GetValue(shards),
                            Sharding = placement.Of(parsed),
                            ShardFormat = parsed.GetValue(shardFormat) ?? ShardFormat.RocksDb,
                            Parallelism = parsed.GetValue(parallelism),
                        },
                    Publish = parsed.GetValue(publish),
                    Rules = new PublishRules { Pointer = parsed.GetValue(pointer) },
                    AllowUnsafePointer = parsed.GetValue(allowUnsafePointer),
                    Parallelism = parsed.GetValue(parallelism),
                };
                run.Write(new CopyOutput(await run.WithStoreAsync(store => ShardProgressLine.ShowAsync(terminal, "Copying",
                    progress => store.CopyToAsync(destination, options, progress, cancellationToken))).ConfigureAwait(false)));
                return 0;
            }
        });
        return command;
    }
}
