using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.LocalFiles;
using ShardyFusion.Maintenance;

namespace ShardyFusion.Cli.Commands;

/// <summary>The short names of <see cref="ExportFormat"/>, with its values.</summary>
enum RowTextFormat
{
    /// <inheritdoc cref="ExportFormat.Csv"/>
    Csv = ExportFormat.Csv,
    /// <inheritdoc cref="ExportFormat.Tsv"/>
    Tsv = ExportFormat.Tsv,
    /// <inheritdoc cref="ExportFormat.JsonLines"/>
    Jsonl = ExportFormat.JsonLines,
}

/// <summary>shardy export</summary>
static class ExportCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("export", "Writes the rows of a snapshot in the order of their keys.");
        var file = new Argument<string>("file")
        {
            Description = "Where to: .csv, .tsv, .jsonl or .ndjson, each also .gz; '-' is standard output.",
        };
        command.Add(file);
        var selector = new SelectorOptions(command, isRequired: false);
        var keys = new KeyOptions(command);
        var format = new Option<RowTextFormat?>("--format")
        {
            Description = "csv, tsv or jsonl. Default: by the file's name; jsonl on standard output.",
            HelpName = "csv|tsv|jsonl",
            CustomParser = SharedOptions.ParseChoice<RowTextFormat>,
        };
        var firstKey = new Option<string?>("--first-key") { Description = "The smallest key.", HelpName = "key" };
        var lastKey = new Option<string?>("--last-key") { Description = "The largest key.", HelpName = "key" };
        var keyPrefix = new Option<string?>("--key-prefix") { Description = "What keys start with.", HelpName = "text" };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace a file that is there." };
        var guard = new Option<bool>("--guard-formulas")
        {
            Description = "Put ' before CSV cells that a spreadsheet would take for formulas. Such a file does not read back the same.",
        };
        foreach (var option in new Option[] { format, firstKey, lastKey, keyPrefix, overwrite, guard }) command.Add(option);
        CommandRun.Bind(command, shared, terminal, (run, cancellationToken) => run.WithStoreAsync(async store =>
        {
            var options = new ExportOptions
            {
                Selector = run.Resolve(selector.Of(run.Parsed)),
                FirstKey = Key(firstKey),
                LastKey = Key(lastKey),
                KeyPrefix = Key(keyPrefix),
                GuardFormulas = run.Parsed.GetValue(guard),
            };
            var export = await store.OpenExportAsync(options, cancellationToken).ConfigureAwait(false);
            var asked = (ExportFormat?)run.Parsed.GetValue(format);
            var target = run.Parsed.GetRequiredValue(file);
            if (target == "-")
            {
                var output = StandardStreams.Output();
                await export.WriteAsync(output, asked ?? ExportFormat.JsonLines, null, cancellationToken).ConfigureAwait(false);
                await output.FlushAsync(cancellationToken).ConfigureAwait(false);
                return 0;
            }
            var written = await ShardProgressLine.ShowAsync(terminal, "Exporting", progress =>
                export.WriteFileAsync(target, asked ?? ExportFormat.Auto, run.Parsed.GetValue(overwrite), progress, cancellationToken))
                    .ConfigureAwait(false);
            run.Write(new ExportOutput(export.Info, written));
            return 0;

            object? Key(Option<string?> option) => run.Parsed.GetValue(option) is { } text ? keys.Parse(run.Parsed, text) : null;
        }));
        return command;
    }
}
