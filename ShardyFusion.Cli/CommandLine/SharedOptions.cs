using System.CommandLine;
using System.CommandLine.Parsing;
using ShardyFusion.Cli.Configuration;
using ShardyFusion.Cli.Output;
using ShardyFusion.Errors;
using ShardyFusion.Stores;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>The options that every command takes.</summary>
sealed class SharedOptions
{
    public Option<string?> Prefix { get; } = Recursive(new Option<string?>("--prefix", "-p")
    {
        Description = $"Where the snapshots live: {PrefixText.Forms}. Default: ${PrefixText.Variable}.",
        HelpName = "prefix",
    });

    Option<string?> CurrentUrl { get; } = Recursive(new Option<string?>("--current-url")
    {
        Description = $"The same as the address of its pointer: s3://bucket/path/_CURRENT. Default: ${Settings.CurrentVariable}.",
        HelpName = "url",
    });

    Option<string?> Config { get; } = Recursive(new Option<string?>("--config")
    {
        Description = $"Settings file. Default: ${Settings.ReaderVariable}, ./reader.toml, ~/.config/shardy/reader.toml.",
        HelpName = "path",
    });

    Option<string?> Credentials { get; } = Recursive(new Option<string?>("--credentials")
    {
        Description = $"Credentials file. Default: ${Settings.CredentialsVariable}, ./credentials.toml, ~/.config/shardy/credentials.toml.",
        HelpName = "path",
    });

    Option<string[]> S3Option { get; } = Recursive(new Option<string[]>("--s3-option")
    {
        Description = "How the store is reached, as name=value: endpoint_url, region_name, addressing_style and others. Repeat for more.",
        HelpName = "name=value",
    });

    public Option<OutputMode?> Output { get; } = Recursive(new Option<OutputMode?>("--output", "-o", "--output-format")
    {
        Description = "json, jsonl, table or text. Default: table on a terminal, jsonl otherwise.",
        HelpName = "json|jsonl|table|text",
        CustomParser = ParseChoice<OutputMode>,
    });

    Option<string?> EndpointUrl { get; } = Recursive(new Option<string?>("--endpoint-url")
    {
        Description =
        "Endpoint of an S3-compatible store, or of an Azure account's blobs.",
        HelpName = "url"
    });

    Option<string?> Region { get; } = Recursive(new Option<string?>("--region")
    {
        Description = "Region of the bucket.",
        HelpName = "name"
    });

    Option<string?> Profile { get; } = Recursive(new Option<string?>("--profile")
    {
        Description = "Profile of the AWS configuration files.",
        HelpName = "name"
    });

    Option<string?> AccountName { get; } = Recursive(new Option<string?>("--account-name")
    {
        Description = "Name of the Azure storage account. Default: $AZURE_STORAGE_ACCOUNT.",
        HelpName = "name",
    });

    Option<string?> TenantId { get; } = Recursive(new Option<string?>("--tenant-id")
    {
        Description = "Tenant of Microsoft Entra ID whose identities are asked.",
        HelpName = "id",
    });

    Option<string?> ClientId { get; } = Recursive(new Option<string?>("--client-id")
    {
        Description = "Client id of a user-assigned managed identity or a workload identity.",
        HelpName = "id",
    });

    Option<bool> ForcePathStyle { get; } = Recursive(new Option<bool>("--force-path-style")
    {
        Description =
        "Put the bucket into the path instead of the host name."
    });

    Option<string?> ManifestStore { get; } = Recursive(new Option<string?>("--manifest-store")
    {
        Description = $"Where manifests and the current pointer are: {ManifestSettings.Kinds}. Default: postgres where a connection string "
            + $"is given by ${Postgres.PostgresManifestStore.Variable} or a file.",
        HelpName = ManifestSettings.Kinds,
    });

    Option<string?> ManifestTable { get; } = Recursive(new Option<string?>("--manifest-table")
    {
        Description = $"Name of their table. Default: {Postgres.PostgresManifestStore.DefaultTable}.",
        HelpName = "name",
    });

    Option<string?> ManifestPrefix { get; } = Recursive(new Option<string?>("--manifest-prefix")
    {
        Description = "Prefix that the rows of that table state, to read a copied tree.",
        HelpName = "prefix",
    });

    Option<bool> Verbose { get; } = Recursive(new Option<bool>("--verbose")
    {
        Description =
        "Print to standard error how the store is reached and where credentials come from."
    });

    /// <summary>The command line that a session was started with: what a line of it leaves out is said there. Null outside of
    /// one.</summary>
    public ParseResult? Outer { get; set; }

    /// <summary>Not recursive: a command may have one of its own, with another meaning.</summary>
    public Option<TimeSpan?> Timeout { get; } = DurationOption.Create("--timeout",
        "Stop the command, as Ctrl+C does, if it takes longer than this. Default: no limit.", allowsZero: false);

    readonly RateOptions rates = new();

    ((string? Config, string? Credentials) Files, Settings Said)? settings;

    Option<string?> MetricsFile { get; } = Recursive(new Option<string?>("--metrics-file")
    {
        Description = "Write the command's metrics to this file at its end, in Prometheus' text format.",
        HelpName = "path",
    });

    Option<Uri?> OtlpEndpoint { get; } = Recursive(new Option<Uri?>("--otlp-endpoint")
    {
        Description = $"Send the command's metrics and traces to this OpenTelemetry collector. Default: ${OtlpOptions.EndpointVariable}.",
        HelpName = "url",
        CustomParser = static result =>
        {
            if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var address)) return address;
            result.AddError($"'{result.Tokens[0].Value}' is not an address.");
            return null;
        },
    });

    /// <summary>Where OpenTelemetry's data go; null when neither the command line nor the environment names a collector.</summary>
    public OtlpOptions? OtlpOf(ParseResult parsed) =>
        parsed.GetValue(OtlpEndpoint) is { } endpoint ? new OtlpOptions { Endpoint = endpoint } : OtlpOptions.EnvironmentEndpoint is null
            ? null : new OtlpOptions();

    /// <summary>How long the command may take; null for as long as it does.</summary>
    public TimeSpan? TimeoutOf(ParseResult parsed) => parsed.CommandResult.Command.Options.Contains(Timeout)
        ? parsed.GetValue(Timeout) : null;

    /// <summary>Where metrics are written at the end; null when nobody wants them.</summary>
    public string? MetricsFileOf(ParseResult parsed) => parsed.GetValue(MetricsFile);

    /// <summary>True when details are asked for.</summary>
    public bool IsVerbose(ParseResult parsed) => parsed.GetValue(Verbose);

    public void AddTo(RootCommand root)
    {
        foreach (var option in new Option[] { Prefix, CurrentUrl, Config, Credentials, S3Option, Output, EndpointUrl, Region, Profile,
            ForcePathStyle, AccountName, TenantId, ClientId, ManifestStore, ManifestTable, ManifestPrefix, Verbose, MetricsFile,
            OtlpEndpoint,
            SelectorOptions.BeforeCommandRef, SelectorOptions.BeforeCommandOffset }) root.Add(option);
        foreach (var option in rates.All) root.Add(Recursive(option));
    }

    /// <summary>What the settings files and their variables say. Read once.</summary>
    public Settings SettingsOf(ParseResult parsed)
    {
        var files = (Value(parsed, Config), Value(parsed, Credentials));
        if (settings is null || settings.Value.Files != files) settings = (files, Settings.Load(files.Item1, files.Item2));
        return settings.Value.Said;
    }

    /// <summary>The prefix given, or of the environment, or of the settings; null when none is.</summary>
    public string? PrefixOf(ParseResult parsed) => GivenPrefix(parsed) ?? (Outer is null ? null : GivenPrefix(Outer))
        ?? PrefixText.OfEnvironment ?? SettingsOf(parsed).Prefix;

    string? GivenPrefix(ParseResult parsed) => parsed.GetValue(CurrentUrl) is not { } url ? parsed.GetValue(Prefix)
        : parsed.GetValue(Prefix) is null ? Settings.PrefixOf(url, CurrentUrl.Name)
        : throw new ShardyFusionException(ErrorKind.ConfigValidation, $"Give either {Prefix.Name} or {CurrentUrl.Name}.");

    /// <summary>How stores are reached.</summary>
    /// <param name="parsed">The options.</param>
    /// <param name="address">The store that is meant; null for that of the prefix.</param>
    public StoreConnection ConnectionOf(ParseResult parsed, string? address = null)
    {
        var connection = new StoreConnection { Limits = rates.Of(parsed) ?? (Outer is null ? null : rates.Of(Outer)) };
        // A profile of AWS stands for another store than that of the credentials file.
        if (Value(parsed, Profile) is null && SettingsOf(parsed).Profile is { } profile) connection = profile.ApplyTo(connection);
        connection = StoreProfile.Of(Value(parsed, S3Option) ?? []).ApplyTo(connection);
        return new GivenAccess(Value(parsed, EndpointUrl), null, null).ApplyTo(connection with
        {
            Region = Value(parsed, Region) ?? connection.Region,
            ProfileName = Value(parsed, Profile),
            ForcePathStyle = Value(parsed, ForcePathStyle) ? true : connection.ForcePathStyle,
            Azure = AzureOf(parsed),
            ManifestStore = ManifestsOf(parsed),
        }, address ?? PrefixOf(parsed));
    }

    ManifestStore? ManifestsOf(ParseResult parsed)
    {
        var said = SettingsOf(parsed).Manifests;
        return (said with
        {
            Kind = Value(parsed, ManifestStore) ?? said.Kind,
            Table = Value(parsed, ManifestTable) ?? said.Table,
            RowsPrefix = Value(parsed, ManifestPrefix) ?? said.RowsPrefix,
        }).ToStore();
    }

    AzureAccess? AzureOf(ParseResult parsed)
    {
        var given = new AzureAccess
        {
            AccountName = Value(parsed, AccountName),
            TenantId = Value(parsed, TenantId),
            ClientId = Value(parsed, ClientId),
        };
        return given == new AzureAccess() ? null : given;
    }

    /// <summary>The connection options as they were given, for a command line that repeats them.</summary>
    public IEnumerable<string> ConnectionArgs(ParseResult parsed)
    {
        foreach (var option in new[] { Config, Credentials, EndpointUrl, Region, Profile, AccountName, TenantId, ClientId, ManifestStore,
            ManifestTable, ManifestPrefix })
            if (parsed.GetValue(option) is { } value) { yield return option.Name; yield return value; }
        foreach (var said in parsed.GetValue(S3Option) ?? []) { yield return S3Option.Name; yield return said; }
        if (parsed.GetValue(ForcePathStyle)) yield return ForcePathStyle.Name;
    }

    /// <summary>Parses one of an enumeration's names in any case, and never a number.</summary>
    public static T? ParseChoice<T>(ArgumentResult result) where T : struct, Enum
    {
        var word = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
        foreach (var name in Enum.GetNames<T>())
            if (name.Equals(word, StringComparison.OrdinalIgnoreCase)) return Enum.Parse<T>(name);
        result.AddError($"'{word}' is none of {string.Join(", ", Enum.GetNames<T>().Select(n => n.ToLowerInvariant()))}.");
        return null;
    }

    T? Value<T>(ParseResult parsed, Option<T> option) =>
        Outer is not null && parsed.GetResult(option) is null ? Outer.GetValue(option) : parsed.GetValue(option);

    static T Recursive<T>(T option) where T : Option
    {
        option.Recursive = true;
        return option;
    }
}
