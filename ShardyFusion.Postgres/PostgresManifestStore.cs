using ShardyFusion.Errors;
using ShardyFusion.Stores;

namespace ShardyFusion.Postgres;

/// <summary>Manifests and the current pointer in the tables that shardyfusion keeps in PostgreSQL.</summary>
/// <remarks>Immutable; safe for concurrent callers. The connection string is shown nowhere but for host, port, database and user.</remarks>
public sealed record PostgresManifestStore : ManifestStore
{
    /// <summary>The tables' name unless another is given.</summary>
    public const string DefaultTable = "shardyfusion_manifests";

    /// <summary>The variable whose connection string commands take unless they are told another.</summary>
    public const string Variable = "SHARDY_MANIFEST_DSN";

    /// <summary>Names a database.</summary>
    /// <param name="connectionString">As PostgreSQL's own programs take it:
    /// <c>postgresql://user:password@host:5432/database?sslmode=require</c> or <c>host=… dbname=… user=… password=…</c>.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: it cannot be read; names the setting and repeats
    /// nothing of it.</exception>
    public PostgresManifestStore(string connectionString)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        Server = ServerAddress.Parse(connectionString);
    }

    /// <summary>The table of manifests: lower-case letters, digits and <c>_</c>. The later version of shardyfusion puts <c>_builds</c> and
    /// <c>_shards</c> behind it.</summary>
    public string Table { get; init; } = DefaultTable;

    /// <summary>False refuses to publish where the tables are missing instead of making them.</summary>
    public bool MakesTables { get; init; } = true;

    internal ServerAddress Server { get; }

    internal override string Description => $"{Server}, table {Table}";

    internal override IEnumerable<string> Validate()
    {
        if (!TableNames.IsValid(Table))
            yield return "The table of the manifests must have 1 to 50 lower-case letters, digits and '_', and begin with a letter.";
        if (RowsPrefix is { } prefix && string.IsNullOrWhiteSpace(prefix))
            yield return "The prefix that the rows state must not be blank.";
    }

    internal override IManifestTables Open(StoreConnection connection) =>
        new PostgresTables(new PostgresRequests(Server, connection), this);
}
