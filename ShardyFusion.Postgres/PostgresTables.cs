using Npgsql;
using ShardyFusion.Errors;
using ShardyFusion.Stores;

namespace ShardyFusion.Postgres;

/// <summary>The tables of shardyfusion in PostgreSQL: of its earlier version read and written, of its later one read.</summary>
/// <param name="requests">The server.</param>
/// <param name="database">What they were opened as.</param>
/// <remarks>Safe for concurrent callers.</remarks>
sealed class PostgresTables(PostgresRequests requests, PostgresManifestStore database) : IManifestTables
{
    readonly TableNames names = new(database.Table);
    volatile TableShape? known;

    /// <inheritdoc/>
    public string Name => names.Manifests;

    /// <inheritdoc/>
    public Task PrepareAsync(bool forManifests, CancellationToken cancellationToken) =>
        new TablePreparation(requests, database).RunAsync(forManifests, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ManifestRow>> ListAsync(CancellationToken cancellationToken) =>
        requests.ReadAsync<IReadOnlyList<ManifestRow>>("Listing manifests", async (link, token) =>
        {
            var rows = new List<ManifestRow>();
            var queries = await QueriesAsync(link, token).ConfigureAwait(false);
            await foreach (var answer in RowsOf(link, queries.Rows(""), [], token).ConfigureAwait(false)) rows.Add(ManifestIn(answer, 0)!);
            return rows;
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<ManifestText?> LoadAsync(string runId, long maxBytes, CancellationToken cancellationToken) =>
        requests.ReadAsync($"Loading the manifest of run '{runId}'", async (link, token) =>
        {
            var queries = await QueriesAsync(link, token).ConfigureAwait(false);
            await foreach (var answer in RowsOf(link, queries.Text, [runId, maxBytes], token).ConfigureAwait(false))
            {
                return answer.IsDBNull(0) ? throw StoreFaults.TooLarge($"{Name}, run {runId}", answer.GetInt64(1), maxBytes)
                    : new ManifestText(answer.GetString(0), TimeIn(answer, 2));
            }
            return null;
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<string?> CheckOfAsync(string runId, CancellationToken cancellationToken) =>
        requests.ReadAsync($"Checking the manifest of run '{runId}'", async (link, token) =>
        {
            var queries = await QueriesAsync(link, token).ConfigureAwait(false);
            await foreach (var answer in RowsOf(link, queries.Check, [runId], token).ConfigureAwait(false)) return answer.GetString(0);
            return null;
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<PointerRow>> ListMovesAsync(int skip, int count, CancellationToken cancellationToken) =>
        requests.ReadAsync<IReadOnlyList<PointerRow>>("Reading the pointer", async (link, token) =>
        {
            var queries = await QueriesAsync(link, token).ConfigureAwait(false);
            return known!.HasPointer ? await MovesAsync(link, queries.Moves(), [(long)count, (long)skip], token).ConfigureAwait(false) : [];
        }, cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> MoveAsync(TableMove move, Func<PointerRow, CancellationToken, ValueTask<bool>> isOwn,
        CancellationToken cancellationToken)
    {
        try
        {
            return await TryMoveAsync(move, isOwn, cancellationToken).ConfigureAwait(false);
        }
        catch (ShardyFusionException lost) when (lost.IsOutcomeUnknown)
        {
            // What was lost holds its lock as long as it may still come about, so whoever has the lock after it knows.
            if (await IsMadeAsync(move, cancellationToken).ConfigureAwait(false)) return true;
            throw new ShardyFusionException(ErrorKind.PublishCurrent,
                $"The pointer was not moved to run '{move.RunId}': {lost.Message}", lost)
            {
                Target = move.RunId,
                RecommendedAction = lost.RecommendedAction,
            };
        }
    }

    Task<bool> IsMadeAsync(TableMove move, CancellationToken cancellationToken) =>
        requests.ChangeAsync("Looking whether the pointer was moved", async (link, token) =>
        {
            await LockAsync(link, token).ConfigureAwait(false);
            await foreach (var answer in RowsOf(link,
                $"SELECT EXISTS (SELECT FROM {TableNames.Pointer} WHERE updated_at = $1 AND manifest_ref = $2)",
                [move.UpdatedAt.UtcDateTime, move.RunId], token).ConfigureAwait(false)) return answer.GetBoolean(0);
            return false;
        }, cancellationToken);

    Task<bool> TryMoveAsync(TableMove move, Func<PointerRow, CancellationToken, ValueTask<bool>> isOwn,
        CancellationToken cancellationToken) => requests.ChangeAsync($"Moving the pointer to run '{move.RunId}'", async (link, token) =>
        {
            await LockAsync(link, token).ConfigureAwait(false);
            var queries = await QueriesAsync(link, token).ConfigureAwait(false);
            if (!await IsLastAsync(link, queries, move.Expected, isOwn, token).ConfigureAwait(false)) return false;
            await AwaitTimeAsync(link, move.UpdatedAt, token).ConfigureAwait(false);
            await (move.Manifest is { } manifest ? AddAsync(link, move.RunId, manifest, token)
                : RequireAsync(link, queries, move.RunId, token)).ConfigureAwait(false);
            await ExecuteAsync(link, $"INSERT INTO {TableNames.Pointer} (updated_at, manifest_ref) VALUES ($1, $2)",
                [move.UpdatedAt.UtcDateTime, move.RunId], token).ConfigureAwait(false);
            return true;
        }, cancellationToken);

    /// <inheritdoc/>
    public Task DeleteAsync(IReadOnlyList<string> runIds, CancellationToken cancellationToken) =>
        requests.ChangeAsync("Deleting manifests", async (link, token) =>
        {
            await LockAsync(link, token).ConfigureAwait(false);
            await QueriesAsync(link, token).ConfigureAwait(false);
            string[] tables = [.. known!.HasBuilds ? [names.Shards, names.Builds] : Array.Empty<string>(),
                .. known.HasManifests ? [names.Manifests] : Array.Empty<string>()];
            foreach (var table in tables)
                await ExecuteAsync(link, $"DELETE FROM {table} WHERE run_id = ANY ($1)", [runIds.ToArray()], token).ConfigureAwait(false);
            // The last of all moves is what readers of every kind follow.
            await ExecuteAsync(link, $"""
                DELETE FROM {TableNames.Pointer} WHERE manifest_ref = ANY ($1)
                    AND updated_at < (SELECT max(updated_at) FROM {TableNames.Pointer})
                """, [runIds.ToArray()], token).ConfigureAwait(false);
            return true;
        }, cancellationToken);

    /// <summary>Keeps everybody else from moving the pointer until the transaction ends, other programs included; readers go on.</summary>
    static async Task LockAsync(NpgsqlConnection link, CancellationToken cancellationToken)
    {
        await ExecuteAsync(link, "SET LOCAL lock_timeout = '10s'", [], cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(link, $"LOCK TABLE {TableNames.Pointer} IN SHARE ROW EXCLUSIVE MODE", [], cancellationToken)
            .ConfigureAwait(false);
    }

    static async Task<bool> IsLastAsync(NpgsqlConnection link, TableQueries queries, PointerRow? expected,
        Func<PointerRow, CancellationToken, ValueTask<bool>> isOwn, CancellationToken cancellationToken)
    {
        object[] from = expected is null ? [] : [expected.UpdatedAt.UtcDateTime];
        var later = await MovesAsync(link, queries.Moves(expected is null ? "" : "WHERE updated_at >= $3"), [long.MaxValue, 0L, .. from],
            cancellationToken).ConfigureAwait(false);
        var isThere = expected is null;
        foreach (var row in later)
        {
            if (expected is not null && row.UpdatedAt == expected.UpdatedAt && row.RunId == expected.RunId) isThere = true;
            else if (await isOwn(row, cancellationToken).ConfigureAwait(false)) return false;
        }
        return isThere;
    }

    /// <summary>Waits until the server's clock has reached the time of a move: whoever moves the pointer later by that clock must come
    /// after it.</summary>
    static async Task AwaitTimeAsync(NpgsqlConnection link, DateTimeOffset time, CancellationToken cancellationToken)
    {
        const int mostSeconds = 5;
        await foreach (var answer in RowsOf(link, """
            SELECT s, CASE WHEN s > 0 AND s < 5 THEN pg_sleep(s) END FROM
                (SELECT extract(epoch FROM $1 - clock_timestamp())::double precision AS s) AS ahead
            """, [time.UtcDateTime], cancellationToken).ConfigureAwait(false))
        {
            if (answer.GetDouble(0) >= mostSeconds)
                throw new ShardyFusionException(ErrorKind.ClockSkewed, FormattableString.Invariant(
                    $"The clocks here and of the object store are {answer.GetDouble(0):0} s ahead of the database's. Nothing was written."))
                {
                    RecommendedAction = "Set the clocks by one time server (NTP), then repeat the command.",
                };
        }
    }

    async Task AddAsync(NpgsqlConnection link, string runId, ManifestText manifest, CancellationToken cancellationToken)
    {
        TablePreparation.RequireNoLaterVersion(await TablePreparation.HasBuildsAsync(link, names, known!, cancellationToken)
            .ConfigureAwait(false), names);
        var added = await ExecuteAsync(link, $"""
            INSERT INTO {names.Manifests} (run_id, name, payload, content_type, created_at)
            VALUES ($1, 'manifest', {(known!.IsJson ? $"to_jsonb($2){(known.PayloadType == "json" ? "::json" : "")}" : "$2")},
                'application/x-yaml', $3) ON CONFLICT (run_id) DO NOTHING
            """, [runId, manifest.Text, manifest.PublishedAt.UtcDateTime], cancellationToken).ConfigureAwait(false);
        if (added == 0)
            throw new ShardyFusionException(ErrorKind.StorageTransient, $"Somebody else has just put a manifest of run '{runId}' there.");
    }

    async Task RequireAsync(NpgsqlConnection link, TableQueries queries, string runId, CancellationToken cancellationToken)
    {
        await foreach (var _ in RowsOf(link, queries.Rows("run_id = $1"), [runId], cancellationToken).ConfigureAwait(false)) return;
        throw new ShardyFusionException(ErrorKind.SnapshotNotFound, $"The table '{Name}' has no manifest of run '{runId}' any more.")
        {
            Target = runId,
        };
    }

    // Tables may appear while this process runs; none of those that are there goes.
    async Task<TableQueries> QueriesAsync(NpgsqlConnection link, CancellationToken cancellationToken)
    {
        if (known is not { HasManifests: true, HasPointer: true })
            known = await TableShape.ReadAsync(link, names, cancellationToken).ConfigureAwait(false);
        return new TableQueries(names, known);
    }

    static async Task<List<PointerRow>> MovesAsync(NpgsqlConnection link, string statement, object[] values,
        CancellationToken cancellationToken)
    {
        var moves = new List<PointerRow>();
        await foreach (var answer in RowsOf(link, statement, values, cancellationToken).ConfigureAwait(false))
            moves.Add(new PointerRow(TimeIn(answer, 0), answer.GetString(1), ManifestIn(answer, 2)));
        return moves;
    }

    static ManifestRow? ManifestIn(NpgsqlDataReader answer, int first) => answer.IsDBNull(first) ? null
        : new ManifestRow(answer.GetString(first), TimeIn(answer, first + 1), answer.GetInt64(first + 2),
            TextIn(answer, first + 3), TextIn(answer, first + 4));

    static string? TextIn(NpgsqlDataReader answer, int column) => answer.IsDBNull(column) ? null : answer.GetString(column);

    static DateTimeOffset TimeIn(NpgsqlDataReader answer, int column) => new(answer.GetDateTime(column), TimeSpan.Zero);

    static async IAsyncEnumerable<NpgsqlDataReader> RowsOf(NpgsqlConnection link, string statement, object[] values,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var command = CommandOf(link, statement, values);
        await using var end = command.ConfigureAwait(false);
        var answer = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var close = answer.ConfigureAwait(false);
        while (await answer.ReadAsync(cancellationToken).ConfigureAwait(false)) yield return answer;
    }

    static async Task<int> ExecuteAsync(NpgsqlConnection link, string statement, object[] values, CancellationToken cancellationToken)
    {
        var command = CommandOf(link, statement, values);
        await using var end = command.ConfigureAwait(false);
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    static NpgsqlCommand CommandOf(NpgsqlConnection link, string statement, object[] values)
    {
        var command = new NpgsqlCommand(statement, link);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
