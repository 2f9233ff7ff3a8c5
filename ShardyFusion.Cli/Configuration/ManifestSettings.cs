using System.Runtime.CompilerServices;
using ShardyFusion.Errors;
using ShardyFusion.Postgres;
using ShardyFusion.Stores;

namespace ShardyFusion.Cli.Configuration;

/// <summary>Where the manifests are, as files, variables and options say it. A connection string comes from a file or a variable
/// alone.</summary>
sealed record ManifestSettings
{
    const string Postgres = "postgres";

    /// <summary>What <c>--manifest-store</c> may say.</summary>
    public const string Kinds = "objects|postgres";

    /// <summary><c>postgres</c> or <c>objects</c>; null for what a connection string says by being there.</summary>
    public string? Kind { get; init; }

    /// <summary>The connection string. Secret.</summary>
    public string? Dsn { get; init; }

    /// <summary>Where the connection string was found, for messages.</summary>
    public string? Source { get; init; }

    /// <summary>Name of the table; null for the usual one.</summary>
    public string? Table { get; init; }

    /// <summary>Whether missing tables are made.</summary>
    public bool MakesTables { get; init; } = true;

    /// <summary>The prefix that rows state; null for the prefix itself.</summary>
    public string? RowsPrefix { get; init; }

    /// <summary>The part <c>[manifest_store]</c> of a settings file.</summary>
    public static ManifestSettings Of(TomlFile file) => new()
    {
        Kind = file.Text("manifest_store.backend") switch
        {
            null => null,
            "s3" or "objects" => "objects",
            Postgres => Postgres,
            var other => throw file.Fault("manifest_store.backend", $"is '{other}', none of s3 and postgres"),
        },
        Dsn = file.Text("manifest_store.dsn") is { Length: > 0 } dsn ? dsn : null,
        Source = $"manifest_store.dsn of '{file.Path}'",
        Table = file.Text("manifest_store.table_name"),
        MakesTables = file.Any("manifest_store.ensure_table") is not { } text || (bool.TryParse(text, out var made) ? made
            : throw file.Fault("manifest_store.ensure_table", "is neither true nor false")),
        RowsPrefix = file.Text("manifest_store.rows_prefix"),
    };

    /// <summary>With what the environment and the credentials file say; the variable comes first.</summary>
    /// <param name="secret">The connection string of the credentials file; null for none.</param>
    /// <param name="secretSource">Where that was.</param>
    public ManifestSettings Over(string? secret, string? secretSource) =>
        Environment.GetEnvironmentVariable(PostgresManifestStore.Variable) is { Length: > 0 } variable
            ? this with { Dsn = variable, Source = PostgresManifestStore.Variable }
            : secret is null ? this : this with { Dsn = secret, Source = secretSource };

    /// <summary>The database; null when manifests are objects.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: a database is asked for and none is named, or its
    /// connection string cannot be read.</exception>
    public ManifestStore? ToStore() => (Kind ?? (Dsn is null ? "objects" : Postgres)) switch
    {
        Postgres when Dsn is not null => Open(),
        Postgres => throw new ShardyFusionException(ErrorKind.ConfigValidation,
            "Manifests are to be in PostgreSQL, and no connection string is given.")
        {
            RecommendedAction = $"Set {PostgresManifestStore.Variable}, or manifest_dsn in credentials.toml. No option takes it: command "
                + "lines are everybody's to see.",
        },
        "objects" => null,
        // Not repeated: somebody may have given the connection string itself.
        _ => throw new ShardyFusionException(ErrorKind.ConfigValidation, "--manifest-store is none of objects and postgres.")
        {
            RecommendedAction = $"The connection string itself goes into {PostgresManifestStore.Variable} or credentials.toml.",
        },
    };

    /// <summary>The database of the connection string.</summary>
    // Apart, and of the core's type, so that the driver is loaded for those alone who use it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public ManifestStore Open()
    {
        try
        {
            return new PostgresManifestStore(Dsn!)
            {
                Table = Table ?? PostgresManifestStore.DefaultTable,
                MakesTables = MakesTables,
                RowsPrefix = RowsPrefix,
            };
        }
        catch (ShardyFusionException e) when (e.Kind == ErrorKind.ConfigValidation)
        {
            throw new ShardyFusionException(e.Kind, $"{Source}: {e.Message}", e) { RecommendedAction = e.RecommendedAction };
        }
    }
}
