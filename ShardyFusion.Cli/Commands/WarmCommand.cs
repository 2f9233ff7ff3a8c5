using System.CommandLine;
using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Reading;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy warm</summary>
static class WarmCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("warm",
            "Copies a snapshot's shards, by default the current one's, to the local cache; builds it first when there "
            + "is none and rows are given.");
        var write = new WriteOptions(command, isRequired: false);
        write.RunId.Description = "The snapshot that this run built; with rows, the name of the run.";
        var selector = new SelectorOptions(command, isRequired: false, sharedRunId: write.RunId);
        var level = new Option<WarmUpLevel?>("--level")
        {
            Description = "How much is read: metadata opens every shard, full reads every block. Default: metadata.",
            HelpName = "metadata|full",
            CustomParser = SharedOptions.ParseChoice<WarmUpLevel>,
        };
        var mode = new Option<ReadMode?>("--read-mode")
        {
            Description = "How shards are read: auto, range or download. Default: download.",
            HelpName = "auto|range|download",
            CustomParser = SharedOptions.ParseChoice<ReadMode>,
        };
        var cacheDirectory = new Option<string?>("--cache-dir") { Description = "Folder of the local shard cache.", HelpName = "path" };
        var cacheSize = SizeOption.Create("--cache-size", "Size limit of that folder, such as 20GiB.");
        foreach (var option in new Option[] { level, mode, cacheDirectory, cacheSize }) command.Add(option);
        CommandRun.Bind(command, shared, terminal, (run, cancellationToken) => run.WithStoreAsync(async store =>
        {
            var build = write.BuildOf(run.Parsed);
            var wanted = selector.Of(run.Parsed);
            BuildResult? built = null;
            if (write.HasInput(run.Parsed)) wanted = wanted with { RunId = null };
            if (write.HasInput(run.Parsed) && !await store.HasSnapshotAsync(build.Rules.Pointer, cancellationToken).ConfigureAwait(false))
            {
                var inputs = write.InputsOf(run.Parsed, shared);
                built = await BuildProgressLine.ShowAsync(terminal, progress => store.BuildAsync(build, inputs, progress,
                    cancellationToken)).ConfigureAwait(false);
            }
            var defaults = new ReaderOptions();
            var options = defaults with
            {
                Selector = wanted.IsCurrent ? wanted with { Pointer = build.Rules.Pointer } : wanted,
                Mode = run.Parsed.GetValue(mode) ?? ReadMode.Download,
                CacheDirectory = run.Parsed.GetValue(cacheDirectory),
                CacheBytes = run.Parsed.GetValue(cacheSize) ?? defaults.CacheBytes,
            };
            var reader = await store.OpenReaderAsync(options, cancellationToken).ConfigureAwait(false);
            await using var closeReader = reader.ConfigureAwait(false);
            var warmUp = new WarmUpOptions { Level = run.Parsed.GetValue(level) ?? WarmUpLevel.Metadata };
            var report = await ShardProgressLine.ShowAsync(terminal, "Warming up",
                progress => reader.WarmUpAsync(warmUp, progress, cancellationToken)).ConfigureAwait(false);
            run.Write(new WarmUpOutput(report, built?.RunId));
            return 0;
        }));
        return command;
    }
}
