using System.Runtime.CompilerServices;
using ShardyFusion.Postgres;
using ShardyFusion.Stores;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>The database of manifests that a command or its environment names.</summary>
static class ManifestDatabase
{
    /// <summary>The one that the environment names; null for none.</summary>
    public static ManifestStore? OfEnvironment =>
        Environment.GetEnvironmentVariable(PostgresManifestStore.Variable) is { Length: > 0 } dsn ? Open(dsn, null, null) : null;

    /// <summary>A database.</summary>
    /// <param name="dsn">Its connection string. Secret.</param>
    /// <param name="table">Name of the table; null for the usual one.</param>
    /// <param name="rowsPrefix">The prefix that its rows state; null for the prefix itself.</param>
    // Apart, so that the driver is loaded for those alone who use it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ManifestStore Open(string dsn, string? table, string? rowsPrefix) => new PostgresManifestStore(dsn)
    {
        Table = table ?? PostgresManifestStore.DefaultTable,
        RowsPrefix = rowsPrefix,
    };
}
