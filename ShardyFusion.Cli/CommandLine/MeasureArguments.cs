using System.CommandLine;
using ShardyFusion.Measuring;
using ShardyFusion.Reading;
using ShardyFusion.Stores;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>The options that say what is measured, and what it costs.</summary>
sealed class MeasureArguments
{
    static readonly MeasureOptions Defaults = new();

    readonly Option<int[]> shards = new("--shards")
    {
        Description = "Numbers of shards to measure with. Default: 8 64 256.",
        HelpName = "n",
        AllowMultipleArgumentsPerToken = true,
    };
    readonly Option<int> rows = Number("--rows", "Rows of each snapshot.", Defaults.RowCount);
    readonly Option<int> valueBytes = Number("--value-bytes", "Bytes of each value.", Defaults.ValueBytes);
    readonly Option<int> coldGets = Number("--cold-gets", "Cold gets.", Defaults.ColdGets);
    readonly Option<int> warmGets = Number("--warm-gets", "Warm gets, and keys of all batches together.", Defaults.WarmGets);
    readonly Option<int> batch = Number("--batch-size", "Keys of a batch.", Defaults.BatchSize);
    readonly Option<int> refreshes = Number("--refreshes", "Refreshes.", Defaults.Refreshes);
    readonly Option<int> threads = Number("--threads", "Threads that get during refreshes.", Defaults.Threads);
    readonly Option<ReadMode?> mode = new("--read-mode")
    {
        Description = "How shards are read: auto, range or download.",
        HelpName = "auto|range|download",
        CustomParser = SharedOptions.ParseChoice<ReadMode>,
    };
    readonly Option<decimal?> writePrice = Price("--price-writes", "What 1,000 PUT and LIST requests cost.");
    readonly Option<decimal?> readPrice = Price("--price-reads", "What 1,000 GET and HEAD requests cost.");
    readonly Option<decimal?> outPrice = Price("--price-gigabyte-out", "What reading 2^30 bytes costs.");
    readonly Option<string?> currency = new("--currency") { Description = "Of the prices.", HelpName = "name" };

    public MeasureArguments(Command command)
    {
        foreach (var option in new Option[] { shards, rows, valueBytes, coldGets, warmGets, batch, refreshes, threads, mode, writePrice,
            readPrice, outPrice, currency }) command.Add(option);
    }

    public MeasureOptions Of(ParseResult parsed) => new()
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
        Prices = PricesOf(parsed),
    };

    StorePrices? PricesOf(ParseResult parsed)
    {
        var prices = new StorePrices
        {
            Currency = parsed.GetValue(currency) ?? "",
            Per1000Writes = parsed.GetValue(writePrice) ?? 0,
            Per1000Reads = parsed.GetValue(readPrice) ?? 0,
            PerGigabyteOut = parsed.GetValue(outPrice) ?? 0,
        };
        return prices == new StorePrices() ? null : prices;
    }

    static Option<int> Number(string name, string description, int value) => new(name)
    {
        Description = description,
        HelpName = "n",
        DefaultValueFactory = _ => value,
    };

    static Option<decimal?> Price(string name, string description) => new(name) { Description = description, HelpName = "amount" };
}
