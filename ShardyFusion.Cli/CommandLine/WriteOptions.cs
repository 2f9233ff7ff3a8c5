using System.CommandLine;
using System.Text;
using ShardyFusion.Building;
using ShardyFusion.Building.Input;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.LocalFiles;
using ShardyFusion.Routing;
using ShardyFusion.Shards;
using ShardyFusion.Shards.Sst.Writing;
using ShardyFusion.Stores;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>The short names of <see cref="InputFormat"/>, with its values.</summary>
enum RowFormat
{
    /// <inheritdoc cref="InputFormat.Auto"/>
    Auto = InputFormat.Auto,
    /// <inheritdoc cref="InputFormat.Csv"/>
    Csv = InputFormat.Csv,
    /// <inheritdoc cref="InputFormat.Tsv"/>
    Tsv = InputFormat.Tsv,
    /// <inheritdoc cref="InputFormat.JsonLines"/>
    Jsonl = InputFormat.JsonLines,
    /// <inheritdoc cref="InputFormat.Parquet"/>
    Parquet = InputFormat.Parquet,
    /// <inheritdoc cref="InputFormat.RocksDb"/>
    RocksDb = InputFormat.RocksDb,
}

/// <summary>The options of write, and of what builds a snapshot on the way.</summary>
sealed class WriteOptions
{
    readonly Argument<string[]> inputs = new("input")
    {
        Description = "Files of rows, read in this order: .csv, .tsv, .jsonl, .ndjson, each also .gz or .zst, .parquet; folders of Parquet "
            + "files or of RocksDB databases; s3:// and az:// addresses; '-' is standard input.",
    };
    readonly Option<string> key = new("--key", "-k") { Description = "Column or field that holds the key.", HelpName = "name" };
    readonly Option<string[]> values = new("--value", "-v")
    {
        Description =
            "Column or field of the value; repeat it for several. One gives its bare text, several a JSON object, none all but the key.",
        HelpName = "name",
    };
    readonly Option<RowFormat?> format = Choice<RowFormat>("--format", "auto|csv|tsv|jsonl|parquet|rocksdb",
        "Format of the input. Default: by name, else by content.");
    readonly Option<string?> columnFamily = new("--column-family")
    {
        Description = "Column family of a RocksDB database. Default: the one called default.",
        HelpName = "name",
    };
    readonly Option<string?> inputEncoding = new("--input-encoding")
    {
        Description = "Text encoding of the input. Default: UTF-8, or by its byte order mark.",
        HelpName = "name",
    };
    readonly Option<int?> shards = new("--shards", "-n") { Description = "Number of shards.", HelpName = "n" };
    readonly Option<long?> maxKeysPerShard = new("--max-keys-per-shard")
    {
        Description = "Use as many shards as needed to keep each at or below this many keys.",
        HelpName = "n",
    };
    readonly Option<KeyEncoding?> keyEncoding = Choice<KeyEncoding>("--key-encoding", "u64be|u32be|utf8|raw",
        "How keys are stored. Default: utf8 for text, u64be for JSON integers.");
    readonly Option<ValueEncoding?> valueEncoding = Choice<ValueEncoding>("--value-encoding", "raw|utf8|json",
        "How values are stored. Default: utf8 for one column, json for several.");
    readonly Option<DuplicateKeyPolicy?> duplicateKey = Choice<DuplicateKeyPolicy>("--duplicate-key", "last|first|fail|any",
        "Which row is kept when several have the same key. Default: last.");
    readonly Option<RowErrorPolicy?> onRowError = Choice<RowErrorPolicy>("--on-row-error", "stop|skip|reject",
        "What to do with a row that cannot be used. Default: stop.");
    readonly Option<long?> maxRowErrors = new("--max-row-errors")
    {
        Description = "Fail the build once more than this many rows are skipped or rejected.",
        HelpName = "n",
    };
    readonly Option<string?> runId = new("--run-id") { Description = "Name of the run. Default: a random one.", HelpName = "id" };
    readonly Option<string?> resumeRunId = new("--resume-run-id")
    {
        Description = "Resume this dead run. Give the same rows again; shards that it finished are kept.",
        HelpName = "id",
    };
    readonly Option<string?> message = new("--message", "-m") { Description = "Free text kept with the snapshot.", HelpName = "text" };
    readonly Option<ShardCompression?> compression = Choice<ShardCompression>("--compression",
        string.Join('|', Enum.GetNames<ShardCompression>()).ToLowerInvariant(), "Compression of the shard files. Default: none.");
    readonly Option<ShardFormat?> shardFormat = ShardFormatOption.Create();
    readonly Option<bool> noPublish = new("--no-publish") { Description = "Leave the snapshot staged: the pointer does not move." };
    readonly Option<bool> allowEmpty = new("--allow-empty") { Description = "Publish a snapshot without rows." };
    readonly Option<bool> allowConcurrentBuild = new("--allow-concurrent-build")
    {
        Description = "Build although another run is building on this prefix.",
    };
    readonly WorkOptions work = new();
    readonly PlacementOptions placement;
    readonly LayoutOptions layout;
    readonly GuardOptions? guards;
    readonly Option<bool> dryRun = new("--dry-run") { Description = "Show what would happen, without writing anything." };

    /// <param name="command">Gets the options.</param>
    /// <param name="isRequired">True: there must be an input, and the build may be tried out or not be published. False: without input
    /// nothing is built.</param>
    public WriteOptions(Command command, bool isRequired)
    {
        inputs.Arity = isRequired ? ArgumentArity.OneOrMore : ArgumentArity.ZeroOrMore;
        command.Add(inputs);
        Option[] all =
        [
            key, values, format, columnFamily, inputEncoding, shards, maxKeysPerShard, keyEncoding, valueEncoding, duplicateKey,
            onRowError, work.RejectFile, maxRowErrors, runId, resumeRunId, message, compression, shardFormat, .. work.All,
            allowEmpty, allowConcurrentBuild,
        ];
        foreach (var option in all) command.Add(option);
        placement = new PlacementOptions(command);
        layout = new LayoutOptions(command);
        guards = new GuardOptions(command);
        if (isRequired)
        {
            command.Add(noPublish);
            command.Add(dryRun);
        }
        command.Validators.Add(result =>
        {
            // A database has keys and values, which have no names.
            if (result.GetResult(inputs) is { Tokens.Count: > 0 } && result.GetResult(key) is null
                && result.GetValue(format) != RowFormat.RocksDb) result.AddError("--key must name the column of the key.");
        });
    }

    /// <summary>The options of a job's plan: all that tells what the shards will be.</summary>
    public static WriteOptions OfPlan(Command command) => new(command);

    WriteOptions(Command command)
    {
        inputs.Arity = ArgumentArity.ZeroOrMore;
        inputs.Description = "Files of rows, read in this order, under paths that each machine finds; none where an engine brings them.";
        key.Required = true;
        command.Add(inputs);
        foreach (var option in new Option[]
        {
            key, values, format, inputEncoding, shards, keyEncoding, valueEncoding, duplicateKey, onRowError, maxRowErrors, runId, message,
            compression, shardFormat, allowConcurrentBuild,
        }) command.Add(option);
        placement = new PlacementOptions(command);
        layout = new LayoutOptions(command);
    }

    /// <summary>The paths that were given.</summary>
    public string[] PathsOf(ParseResult parsed) => parsed.GetValue(inputs) ?? [];

    /// <summary>True when --duplicate-key was given.</summary>
    public bool SaysDuplicateKey(ParseResult parsed) => parsed.GetValue(duplicateKey) is not null;

    /// <summary>--run-id, which a command may give a second meaning.</summary>
    public Option<string?> RunId => runId;

    public bool HasInput(ParseResult parsed) => parsed.GetValue(inputs) is { Length: > 0 };

    public bool IsDryRun(ParseResult parsed) => parsed.GetValue(dryRun);

    public BuildOptions BuildOf(ParseResult parsed)
    {
        var defaults = new BuildOptions();
        return work.ApplyTo(defaults, parsed) with
        {
            ShardCount = parsed.GetValue(shards),
            MaxKeysPerShard = parsed.GetValue(maxKeysPerShard),
            Sharding = placement.Of(parsed),
            KeyEncoding = parsed.GetValue(keyEncoding),
            ValueEncoding = parsed.GetValue(valueEncoding),
            DuplicateKey = parsed.GetValue(duplicateKey) ?? defaults.DuplicateKey,
            OnRowError = parsed.GetValue(onRowError) ?? (parsed.GetValue(work.RejectFile) is null ? defaults.OnRowError
                : RowErrorPolicy.Reject),
            MaxRowErrors = parsed.GetValue(maxRowErrors),
            RunId = parsed.GetValue(runId),
            ResumeRunId = parsed.GetValue(resumeRunId),
            Message = parsed.GetValue(message),
            Shard = defaults.Shard with { Compression = parsed.GetValue(compression) ?? defaults.Shard.Compression },
            ShardFormat = parsed.GetValue(shardFormat) ?? defaults.ShardFormat,
            Publish = !parsed.GetValue(noPublish),
            AllowEmpty = parsed.GetValue(allowEmpty),
            AllowConcurrentBuild = parsed.GetValue(allowConcurrentBuild),
            AllowUnsafePointer = guards?.AllowsUnsafePointer(parsed) ?? false,
            Rules = guards?.RulesOf(parsed) ?? defaults.Rules,
        };
    }

    /// <summary>The inputs, in order; those in object stores are reached as the prefix is.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: a file is not there,
    /// <see cref="ErrorKind.ConfigValidation"/>: the layout is contradictory; so that nothing is begun for it.</exception>
    public IReadOnlyList<InputFile> InputsOf(ParseResult parsed, SharedOptions shared)
    {
        var template = ReadingOf(parsed);
        InputFile[] files = [.. parsed.GetRequiredValue(inputs).Select(path => path == "-"
            ? template with { Stream = StandardStreams.Input() }
            : template with { Path = path, Connection = PrefixText.IsUri(path) ? shared.ConnectionOf(parsed, path) : null })];
        foreach (var file in files)
        {
            file.ThrowIfInvalid();
            file.RequireFile();
        }
        return files;
    }

    /// <summary>How rows are read, without what is read.</summary>
    public InputFile ReadingOf(ParseResult parsed) => layout.ApplyTo(new InputFile
    {
        KeyField = parsed.GetValue(key) ?? InputFile.DatabaseKey,
        ColumnFamily = parsed.GetValue(columnFamily),
        ValueFields = parsed.GetValue(values) is { Length: > 0 } names ? names : null,
        Format = (InputFormat)(parsed.GetValue(format) ?? RowFormat.Auto),
        Encoding = EncodingOf(parsed.GetValue(inputEncoding)),
    }, parsed);

    static Encoding? EncodingOf(string? name)
    {
        if (name is null) return null;
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        try
        {
            return Encoding.GetEncoding(name);
        }
        catch (ArgumentException e)
        {
            throw new ShardyFusionException(ErrorKind.ConfigValidation, $"--input-encoding '{name}' is not known.", e)
            {
                RecommendedAction = "Use a name such as utf-8, utf-16 or windows-1252.",
            };
        }
    }

    static Option<T?> Choice<T>(string name, string choices, string description) where T : struct, Enum =>
        new(name) { Description = description, HelpName = choices, CustomParser = SharedOptions.ParseChoice<T> };
}
