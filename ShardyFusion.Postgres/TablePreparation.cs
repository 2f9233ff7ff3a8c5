using Npgsql;
using ShardyFusion.Errors;

namespace ShardyFusion.Postgres;

/// <summary>Makes the tables as shardyfusion makes them, but with text for manifests: they are YAML, which its own column of JSON
/// refuses.</summary>
/// <param name="requests">The server.</param>
/// <param name="database">Name of the tables, and whether they are made.</param>
sealed class TablePreparation(PostgresRequests requests, PostgresManifestStore database)
{
    readonly TableNames names = new(database.Table);

    /// <param name="forManifests">True before manifests are added.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public async Task RunAsync(bool forManifests, CancellationToken cancellationToken)
    {
        var (shape, hasBuilds) = await requests.ReadAsync("Looking for the manifest store's tables", async (link, token) =>
        {
            var found = await TableShape.ReadAsync(link, names, token).ConfigureAwait(false);
            return (found, await HasBuildsAsync(link, names, found, token).ConfigureAwait(false));
        }, cancellationToken).ConfigureAwait(false);
        if (forManifests) RequireNoLaterVersion(hasBuilds, names);
        if (shape.HasPointer && (shape.HasManifests || (hasBuilds && !forManifests))) return;
        if (!database.MakesTables)
            throw new ShardyFusionException(ErrorKind.StorageNotFound,
                $"{requests.Server} has no tables '{names.Manifests}' and '{TableNames.Pointer}', and they are not to be made.")
            {
                RecommendedAction = $"Make them first: {string.Join(" ", Statements())}",
            };
        await requests.ChangeAsync("Making the manifest store's tables", async (link, token) =>
        {
            // Two who make the same table at the same moment would meet in the catalogue.
            foreach (var statement in Statements().Prepend("SELECT pg_advisory_xact_lock(7306358241932964)"))
            {
                var command = new NpgsqlCommand(statement, link);
                await using var end = command.ConfigureAwait(false);
                await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
            }
            return true;
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>True where the later version has published.</summary>
    public static async Task<bool> HasBuildsAsync(NpgsqlConnection link, TableNames names, TableShape shape,
        CancellationToken cancellationToken)
    {
        if (!shape.HasBuilds) return false;
        var command = new NpgsqlCommand($"SELECT EXISTS (SELECT FROM {names.Builds})", link);
        await using var end = command.ConfigureAwait(false);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true;
    }

    /// <summary>Refuses to publish where the later version does: it shares the table of moves, and cannot read what is made
    /// here.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.StoreUnsafe"/>.</exception>
    public static void RequireNoLaterVersion(bool hasBuilds, TableNames names)
    {
        if (hasBuilds)
            throw new ShardyFusionException(ErrorKind.StoreUnsafe,
                $"The table '{names.Builds}' is a later shardyfusion's, whose readers follow the same table '{TableNames.Pointer}' and "
                    + "could not read what is published here. Nothing was written.")
            {
                Target = names.Builds,
                RecommendedAction = "Publish into another database or another schema (options=-csearch_path=…); reading and rolling back "
                    + "are possible here.",
            };
    }

    string[] Statements() =>
    [
        $"CREATE TABLE IF NOT EXISTS {names.Manifests} (run_id text PRIMARY KEY, name text NOT NULL, payload text NOT NULL, "
            + "content_type text NOT NULL DEFAULT 'application/json', created_at timestamptz NOT NULL DEFAULT now());",
        $"CREATE TABLE IF NOT EXISTS {TableNames.Pointer} (updated_at timestamptz NOT NULL DEFAULT now(), manifest_ref text NOT NULL);",
        $"CREATE INDEX IF NOT EXISTS idx_{TableNames.Pointer}_updated_at ON {TableNames.Pointer} (updated_at DESC);",
    ];
}
