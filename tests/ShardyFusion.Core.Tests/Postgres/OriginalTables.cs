using ShardyFusion.Core.Tests.Faults;

namespace ShardyFusion.Core.Tests.Postgres;

/// <summary>The tables as shardyfusion makes them.</summary>
static class OriginalTables
{
    const string Pointer = """
        CREATE TABLE shardyfusion_pointer (updated_at timestamptz NOT NULL DEFAULT now(), manifest_ref text NOT NULL);
        CREATE INDEX idx_shardyfusion_pointer_updated_at ON shardyfusion_pointer (updated_at DESC);
        """;

    const string Later = """
        CREATE TABLE shardyfusion_manifests_builds (run_id text PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT now(),
            num_dbs integer NOT NULL, s3_prefix text NOT NULL, key_col text NOT NULL DEFAULT '_key',
            db_path_template text NOT NULL DEFAULT 'db={db_id:05d}', shard_prefix text NOT NULL DEFAULT 'shards',
            key_encoding text NOT NULL DEFAULT 'u64be', sharding jsonb NOT NULL, custom jsonb NOT NULL DEFAULT '{}');
        CREATE TABLE shardyfusion_manifests_shards (run_id text NOT NULL REFERENCES shardyfusion_manifests_builds, db_id integer NOT NULL,
            db_url text, attempt integer NOT NULL DEFAULT 0, row_count integer NOT NULL DEFAULT 0, db_bytes bigint NOT NULL DEFAULT 0,
            checkpoint_id text, min_key jsonb, max_key jsonb, writer_info jsonb NOT NULL, PRIMARY KEY (run_id, db_id));
        """;

    /// <param name="dsn">The database.</param>
    /// <param name="column">Type of the earlier version's column for manifests; <c>head</c> for the later version's tables.</param>
    public static Task CreateAsync(string dsn, string column) => PostgresServer.ExecuteAsync(dsn, (column == "head" ? Later : $"""
        CREATE TABLE shardyfusion_manifests (run_id text PRIMARY KEY, name text NOT NULL, payload {column} NOT NULL,
            content_type text NOT NULL DEFAULT 'application/json', created_at timestamptz NOT NULL DEFAULT now());
        """) + Pointer);
}
