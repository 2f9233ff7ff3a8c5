using System.Buffers;
using System.Globalization;
using System.Numerics;

namespace ShardyFusion.Formats;

/// <summary>What holds between the fields of a manifest, checked after reading and before writing.</summary>
static class ManifestRules
{
    static readonly SearchValues<char> lowerHex = SearchValues.Create("0123456789abcdef");

    /// <param name="manifest">The manifest.</param>
    /// <param name="isText">True for YAML or JSON, false for a SQLite file.</param>
    /// <returns>The first field that breaks a rule, and which; null when all hold.</returns>
    public static (string Field, string Problem)? FirstFault(Manifest manifest, bool isText)
    {
        var required = manifest.Required;
        if (isText && required.FormatVersion is not (1 or 2))
            return ("required.format_version", $"version {required.FormatVersion} is not supported, only 1 and 2");
        if (required.NumDbs < 1)
            return ("required.num_dbs", "it must be at least 1");
        if (required.RunId.Length == 0 || required.RunId.Contains('/', StringComparison.Ordinal))
            return ("required.run_id", "it is empty or holds a slash");
        if (required.S3Prefix.TrimEnd('/').Length == 0)
            return ("required.s3_prefix", "it is empty");
        if (manifest.Shards.Count > required.NumDbs)
            return ("shards", $"there are {manifest.Shards.Count} shards, more than num_dbs ({required.NumDbs})");
        var seen = new Dictionary<int, int>(manifest.Shards.Count);
        Int128 rows = 0, bytes = 0;
        for (var index = 0; index < manifest.Shards.Count; index++)
        {
            var shard = manifest.Shards[index];
            if (shard.DbId < 0 || shard.DbId >= required.NumDbs)
                return At(index, "db_id", $"{shard.DbId} is out of range 0..{required.NumDbs - 1}");
            if (!seen.TryAdd(shard.DbId, index))
                return At(index, "db_id", $"{shard.DbId} is also the db_id of shards[{seen[shard.DbId]}]");
            if (ShardFault(shard) is (var field, var problem))
                return At(index, field, problem);
            if ((rows += shard.RowCount) > long.MaxValue)
                return At(index, "row_count", "the rows of all shards together are more than can be counted");
            if ((bytes += shard.DbBytes ?? 0) > long.MaxValue)
                return At(index, "db_bytes", "the bytes of all shards together are more than can be counted");
        }
        return null;
    }

    static (string Field, string Problem)? ShardFault(ShardEntry shard)
    {
        if (!SnapshotPaths.IsSafeKey(shard.AttemptKey))
            return ("db_url", $"'{shard.AttemptKey}' is not a safe path below the snapshot prefix");
        if (shard.RowCount < 0)
            return ("row_count", "it is negative");
        if (shard.Attempt < 0)
            return ("attempt", "it is negative");
        if (!IsKeyValue(shard.MinKey))
            return ("min_key", "it is neither an integer nor text");
        if (!IsKeyValue(shard.MaxKey))
            return ("max_key", "it is neither an integer nor text");
        if (!IsHex(shard.MinKeyHex))
            return ("min_key_hex", "it is not lower-case hex of whole bytes");
        if (!IsHex(shard.MaxKeyHex))
            return ("max_key_hex", "it is not lower-case hex of whole bytes");
        if (shard.Sha256 is not null && (shard.Sha256.Length != 64 || !IsHex(shard.Sha256)))
            return ("sha256", "it is not 64 lower-case hex digits");
        if (shard.DbBytes is < 0)
            return ("db_bytes", "it is negative");
        if (shard.TailOffset is < 0 || (shard.TailOffset is { } offset && shard.DbBytes is { } size && offset >= size))
            return ("tail_offset", $"{shard.TailOffset} is not inside the shard's {shard.DbBytes} bytes");
        return null;
    }

    static bool IsKeyValue(object? key) => key is null or string or long or int or ulong or uint or BigInteger;

    static bool IsHex(string? text) => text is null || (text.Length % 2 == 0 && !text.AsSpan().ContainsAnyExcept(lowerHex));

    static (string, string) At(int index, string field, string problem) =>
        (string.Create(CultureInfo.InvariantCulture, $"shards[{index}].{field}"), problem);
}
