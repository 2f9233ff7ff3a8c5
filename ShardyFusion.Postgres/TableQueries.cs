namespace ShardyFusion.Postgres;

/// <summary>The statements, for the tables that there are.</summary>
/// <param name="names">Their names.</param>
/// <param name="shape">Which there are.</param>
sealed class TableQueries(TableNames names, TableShape shape)
{
    /// <summary>As much of a manifest as tells its prefix, in characters.</summary>
    const int HeadLength = 4096;

    /// <summary>What stands before the fields that say whose a manifest is; a map of the user's own fields comes before it.</summary>
    const string Required = @"E'\nrequired:\n'";

    /// <summary>Run, time, size, prefix and head of manifests.</summary>
    /// <param name="condition">About <c>run_id</c>; empty for all.</param>
    public string Rows(string condition)
    {
        var where = condition.Length == 0 ? "" : $" WHERE {condition}";
        return $"""
            SELECT run_id, created_at, octet_length(t)::bigint AS bytes, p,
                CASE WHEN p IS NULL THEN substr(t, greatest(strpos(t, {Required}) + 1, 1), {HeadLength}) END AS head
            FROM ({Texts(where)}) AS manifests
            {(shape.HasBuilds ? $"UNION ALL SELECT run_id, created_at, 0, s3_prefix, NULL FROM {names.Builds}{BuildsWhere(where)}" : "")}
            """;
    }

    /// <summary>The moves, the last first, each with its manifest's row where there is one. $1: how many, $2: how many not.</summary>
    public string Moves(string condition = "") => $"""
        SELECT m.updated_at, m.manifest_ref, r.* FROM (
            SELECT updated_at, manifest_ref FROM {TableNames.Pointer} {condition}
            ORDER BY updated_at DESC, manifest_ref DESC LIMIT $1 OFFSET $2) AS m
        LEFT JOIN LATERAL ({Rows("run_id = m.manifest_ref")}) AS r ON true
        ORDER BY m.updated_at DESC, m.manifest_ref DESC
        """;

    /// <summary>Text, size and time of a manifest. $1: its run, $2: the largest size that is read.</summary>
    public string Text => $"""
        SELECT CASE WHEN octet_length(t) <= $2 THEN t END, octet_length(t)::bigint, created_at FROM ({AllTexts}) AS manifests LIMIT 1
        """;

    /// <summary>What a pointer says of a manifest: the checksum that it carries, or the one of its text. $1: its run.</summary>
    public string Check => $$"""
        SELECT coalesce(substring(substr(t, strpos(t, {{Required}}), 120) FROM
                E'^\nrequired:\n  content_check: (sha256:[0-9a-f]{64})\n'),
            'sha256:' || encode(sha256(convert_to(t, 'UTF8')), 'hex')) FROM ({{AllTexts}}) AS manifests LIMIT 1
        """;

    string AllTexts => $"""
        SELECT t, created_at FROM ({Texts(" WHERE run_id = $1")}) AS first
        {(shape.HasBuilds ? $"UNION ALL SELECT {BuildText}, created_at FROM {names.Builds} AS b{BuildsWhere(" WHERE run_id = $1")}" : "")}
        """;

    string Texts(string where) => !shape.HasManifests
        ? "SELECT NULL::text AS run_id, NULL::timestamptz AS created_at, NULL::text AS t, NULL::text AS p WHERE false"
        : shape.IsJson
        ? $"""
            SELECT run_id, created_at, payload #>> '{"{}"}' AS t, CASE {shape.PayloadType}_typeof(payload)
                WHEN 'object' THEN payload -> 'required' ->> 's3_prefix' END AS p FROM {names.Manifests}{where}
            """
        : $"SELECT run_id, created_at, payload AS t, NULL::text AS p FROM {names.Manifests}{where}";

    // A run that both have is the earlier version's: that is where it was published last, or nobody could read it.
    string BuildsWhere(string where) => !shape.HasManifests ? where
        : $"{(where.Length == 0 ? " WHERE" : where + " AND")} run_id NOT IN (SELECT run_id FROM {names.Manifests})";

    /// <summary>A build of the later version as the manifest that its rows stand for. A shard without an address holds nothing.</summary>
    string BuildText => $"""
        json_build_object('required', json_build_object(
            'created_at', to_char(b.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            'db_path_template', b.db_path_template, 'key_col', b.key_col, 'key_encoding', b.key_encoding, 'num_dbs', b.num_dbs,
            'format_version', CASE WHEN coalesce(b.sharding -> 'routing_values', 'null') = 'null' THEN 2 ELSE 4 END,
            'run_id', b.run_id, 's3_prefix', b.s3_prefix, 'shard_prefix', b.shard_prefix, 'sharding', b.sharding),
        'shards', (SELECT coalesce(json_agg(json_build_object('attempt', s.attempt, 'checkpoint_id', s.checkpoint_id, 'db_id', s.db_id,
            'db_bytes', s.db_bytes, 'db_url', s.db_url, 'max_key', s.max_key, 'min_key', s.min_key, 'row_count', s.row_count,
            'writer_info', s.writer_info) ORDER BY s.db_id), '[]') FROM {names.Shards} AS s
            WHERE s.run_id = b.run_id AND (s.db_url IS NOT NULL OR s.row_count > 0)),
        'custom', b.custom)::text
        """;
}
