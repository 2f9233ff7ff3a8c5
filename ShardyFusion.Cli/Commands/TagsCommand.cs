using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Formats.Annotations;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy tags</summary>
static class TagsCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("tags", "Lists the tags of the prefix, expired ones included.");
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            run.Write(AnnotationOutputs.Of(await run.WithStoreAsync(async store =>
            {
                var tags = new List<SnapshotTag>();
                await foreach (var tag in store.GetTagsAsync(cancellationToken).ConfigureAwait(false)) tags.Add(tag);
                return tags;
            }).ConfigureAwait(false)));
            return 0;
        });
        return command;
    }
}
