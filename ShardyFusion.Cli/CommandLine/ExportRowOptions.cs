using System.CommandLine;
using ShardyFusion.Catalog;
using ShardyFusion.Maintenance;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>The short names of <see cref="ExportFormat"/>, with its values.</summary>
enum RowTextFormat
{
    /// <inheritdoc cref="ExportFormat.Csv"/>
    Csv = ExportFormat.Csv,
    /// <inheritdoc cref="ExportFormat.Tsv"/>
    Tsv = ExportFormat.Tsv,
    /// <inheritdoc cref="ExportFormat.JsonLines"/>
    Jsonl = ExportFormat.JsonLines,
    /// <inheritdoc cref="ExportFormat.Parquet"/>
    Parquet = ExportFormat.Parquet,
    /// <inheritdoc cref="ExportFormat.RocksDb"/>
    RocksDb = ExportFormat.RocksDb,
}

/// <summary>Which rows export writes, and how.</summary>
sealed class ExportRowOptions
{
    readonly Option<RowTextFormat?> format = new("--format")
    {
        Description = "csv, tsv, jsonl, parquet or rocksdb. Default: by the file's name; jsonl on standard output.",
        HelpName = "csv|tsv|jsonl|parquet|rocksdb",
        CustomParser = SharedOptions.ParseChoice<RowTextFormat>,
    };
    readonly Option<string?> firstKey = new("--first-key") { Description = "The smallest key.", HelpName = "key" };
    readonly Option<string?> lastKey = new("--last-key") { Description = "The largest key.", HelpName = "key" };
    readonly Option<string?> keyPrefix = new("--key-prefix") { Description = "What keys start with.", HelpName = "text" };
    readonly Option<bool> overwrite = new("--overwrite") { Description = "Replace a file that is there." };
    readonly Option<bool> guard = new("--guard-formulas")
    {
        Description = "Put ' before CSV cells that a spreadsheet would take for formulas. Such a file does not read back the same.",
    };
    readonly Option<string?> family = new("--column-family")
    {
        Description = "Column family of the database. Default: the one called default.",
        HelpName = "name",
    };
    readonly Option<bool> familyPerShard = new("--column-family-per-shard")
    {
        Description = "Give each shard a column family of its own in the database, called db=00000 and so on.",
    };

    /// <param name="command">Gets the options.</param>
    public ExportRowOptions(Command command)
    {
        foreach (var option in new Option[] { format, firstKey, lastKey, keyPrefix, overwrite, guard, family, familyPerShard })
            command.Add(option);
    }

    /// <summary>The format that was asked for; null for none.</summary>
    public ExportFormat? FormatOf(ParseResult parsed) => (ExportFormat?)parsed.GetValue(format);

    public bool MayOverwrite(ParseResult parsed) => parsed.GetValue(overwrite);

    /// <summary>What to export.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="selector">The snapshot.</param>
    /// <param name="keys">How keys are written.</param>
    public ExportOptions Of(ParseResult parsed, SnapshotSelector selector, KeyOptions keys)
    {
        return new ExportOptions
        {
            Selector = selector,
            FirstKey = Key(firstKey),
            LastKey = Key(lastKey),
            KeyPrefix = Key(keyPrefix),
            GuardFormulas = parsed.GetValue(guard),
            ColumnFamily = parsed.GetValue(family),
            ColumnFamilyPerShard = parsed.GetValue(familyPerShard),
        };

        object? Key(Option<string?> option) => parsed.GetValue(option) is { } text ? keys.Parse(parsed, text) : null;
    }
}
