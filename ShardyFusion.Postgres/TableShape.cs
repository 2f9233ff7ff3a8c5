using Npgsql;

namespace ShardyFusion.Postgres;

/// <summary>Which tables there are.</summary>
/// <param name="HasManifests">The table of manifests.</param>
/// <param name="HasBuilds">The later version's two tables.</param>
/// <param name="HasPointer">The table of moves.</param>
/// <param name="PayloadType">Type of the manifests' column: <c>text</c>, <c>jsonb</c>, <c>json</c>.</param>
sealed record TableShape(bool HasManifests, bool HasBuilds, bool HasPointer, string? PayloadType)
{
    /// <summary>True where the column holds JSON, and a manifest in it is a JSON string or object.</summary>
    public bool IsJson => PayloadType is "jsonb" or "json";

    /// <summary>Asks the catalogue, by the search path of the connection.</summary>
    public static async Task<TableShape> ReadAsync(NpgsqlConnection link, TableNames names, CancellationToken cancellationToken)
    {
        var ask = new NpgsqlCommand("""
            SELECT to_regclass($1) IS NOT NULL, to_regclass($2) IS NOT NULL AND to_regclass($3) IS NOT NULL, to_regclass($4) IS NOT NULL,
                (SELECT format_type(atttypid, NULL) FROM pg_attribute
                 WHERE attrelid = to_regclass($1) AND attname = 'payload' AND NOT attisdropped)
            """, link)
        {
            Parameters = { new() { Value = names.Manifests }, new() { Value = names.Builds }, new() { Value = names.Shards },
            new() { Value = TableNames.Pointer } }
        };
        await using var end = ask.ConfigureAwait(false);
        var answer = await ask.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var close = answer.ConfigureAwait(false);
        await answer.ReadAsync(cancellationToken).ConfigureAwait(false);
        return new TableShape(answer.GetBoolean(0), answer.GetBoolean(1), answer.GetBoolean(2),
            answer.IsDBNull(3) ? null : answer.GetString(3));
    }
}
