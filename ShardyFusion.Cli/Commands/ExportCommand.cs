using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.LocalFiles;
using ShardyFusion.Maintenance;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy export</summary>
static class ExportCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("export", "Writes the rows of a snapshot in the order of their keys.");
        var file = new Argument<string>("file")
        {
            Description = "Where to: .csv, .tsv, .jsonl or .ndjson, each also .gz, or .parquet; '-' is standard output. Or the folder of a "
                + "database.",
        };
        command.Add(file);
        var selector = new SelectorOptions(command, isRequired: false);
        var keys = new KeyOptions(command);
        var rows = new ExportRowOptions(command);
        CommandRun.Bind(command, shared, terminal, (run, cancellationToken) => run.WithStoreAsync(async store =>
        {
            var options = rows.Of(run.Parsed, run.Resolve(selector.Of(run.Parsed)), keys);
            var export = await store.OpenExportAsync(options, cancellationToken).ConfigureAwait(false);
            var asked = rows.FormatOf(run.Parsed);
            var target = run.Parsed.GetRequiredValue(file);
            if (target == "-")
            {
                var output = StandardStreams.Output();
                await export.WriteAsync(output, asked ?? ExportFormat.JsonLines, null, cancellationToken).ConfigureAwait(false);
                await output.FlushAsync(cancellationToken).ConfigureAwait(false);
                return 0;
            }
            var written = await ShardProgressLine.ShowAsync(terminal, "Exporting", progress =>
                export.WriteFileAsync(target, asked ?? ExportFormat.Auto, rows.MayOverwrite(run.Parsed), progress, cancellationToken))
                    .ConfigureAwait(false);
            run.Write(new ExportOutput(export.Info, written));
            return 0;
        }));
        return command;
    }
}
