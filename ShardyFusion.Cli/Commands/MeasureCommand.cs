using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.LocalFiles;
using ShardyFusion.Measuring;
using ShardyFusion.Reading;
using ShardyFusion.Stores;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy measure</summary>
static class MeasureCommand
{
    static readonly MeasureOptions Defaults = new();

    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("measure",
            "Measures builds, gets and refreshes with temporary snapshots below .measure/ of the prefix.");
        var shards = new Option<int[]>("--shards")
        {
            Description = "Numbers of shards to measure with. Default: 8 64 256.",
            HelpName = "n",
            AllowMultipleArgumentsPerToken = true,
        };
        var rows = Number("--rows", "Rows of each snapshot.", Defaults.RowCount);
        var valueBytes = Number("--value-bytes", "Bytes of each value.", Defaults.ValueBytes);
        var coldGets = Number("--cold-gets", "Cold gets.", Defaults.ColdGets);
        var warmGets = Number("--warm-gets", "Warm gets, and keys of all batches together.", Defaults.WarmGets);
        var batch = Number("--batch-size", "Keys of a batch.", Defaults.BatchSize);
        var refreshes = Number("--refreshes", "Refreshes.", Defaults.Refreshes);
        var threads = Number("--threads", "Threads that get during refreshes.", Defaults.Threads);
        var mode = new Option<ReadMode?>("--read-mode")
        {
            Description = "How shards are read: auto, range or download.",
            HelpName = "auto|range|download",
            CustomParser = SharedOptions.ParseChoice<ReadMode>,
        };
        var writePrice = Price("--price-writes", "What 1,000 PUT and LIST requests cost.");
        var readPrice = Price("--price-reads", "What 1,000 GET and HEAD requests cost.");
        var outPrice = Price("--price-gigabyte-out", "What reading 2^30 bytes costs.");
        var currency = new Option<string?>("--currency") { Description = "Of the prices.", HelpName = "name" };
        var chart = new Option<string?>("--chart") { Description = "Draw the table to this file, as SVG.", HelpName = "path" };
        foreach (var option in new Option[] { shards, rows, valueBytes, coldGets, warmGets, batch, refreshes, threads, mode, writePrice,
            readPrice, outPrice, currency, chart }) command.Add(option);
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            var parsed = run.Parsed;
            var prices = new StorePrices
            {
                Currency = parsed.GetValue(currency) ?? "",
                Per1000Writes = parsed.GetValue(writePrice) ?? 0,
                Per1000Reads = parsed.GetValue(readPrice) ?? 0,
                PerGigabyteOut = parsed.GetValue(outPrice) ?? 0,
            };
            var options = new MeasureOptions
            {
                ShardCounts = parsed.GetValue(shards) is { Length: > 0 } counts ? counts : Defaults.ShardCounts,
                RowCount = parsed.GetValue(rows),
                ValueBytes = parsed.GetValue(valueBytes),
                ColdGets = parsed.GetValue(coldGets),
                WarmGets = parsed.GetValue(warmGets),
                BatchSize = parsed.GetValue(batch),
                Refreshes = parsed.GetValue(refreshes),
                Threads = parsed.GetValue(threads),
                Mode = parsed.GetValue(mode) ?? ReadMode.Auto,
                Prices = prices == new StorePrices() ? null : prices,
            };
            OutputFile.RequireWritable(parsed.GetValue(chart));
            var report = await run.WithConnectionAsync((prefix, connection) => MeasureProgressLine.ShowAsync(terminal, progress =>
                SnapshotMeasure.RunAsync(prefix, connection, options, progress, cancellationToken))).ConfigureAwait(false);
            run.Write(new MeasureOutput(report));
            // After the table: a chart that cannot be written must not cost what took minutes.
            if (parsed.GetValue(chart) is { } path) await report.SaveSvgAsync(path, cancellationToken).ConfigureAwait(false);
            return report.Lines.Any(line => line.Errors > 0) ? 1 : 0;
        });
        return command;
    }

    static Option<int> Number(string name, string description, int value) => new(name)
    {
        Description = description,
        HelpName = "n",
        DefaultValueFactory = _ => value,
    };

    static Option<decimal?> Price(string name, string description) => new(name) { Description = description, HelpName = "amount" };
}
