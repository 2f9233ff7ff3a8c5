using ShardyFusion.Errors;

namespace ShardyFusion.Formats;

/// <summary>Which shard formats are read, and what is said about the others.</summary>
static class ShardFormats
{
    /// <summary>Length of a SHA-256 in hex.</summary>
    const int Sha256HexLength = 64;

    /// <summary>True when the shards are files of our own format.</summary>
    public static bool HasTableShards(this Manifest manifest) => manifest.Required.ShardFormat == RequiredFields.RocksDbSst;

    /// <summary>True when the manifest does not say what the shards are, as those of shardyfusion do not: each is a folder, and what lies
    /// in it tells.</summary>
    public static bool HasFolderShards(this Manifest manifest) => manifest.Required.ShardFormat is null;

    /// <summary>True when a look at the shards may show that they can be read.</summary>
    public static bool MayHaveReadableShards(this Manifest manifest) => manifest.HasTableShards() || manifest.HasFolderShards();

    /// <summary>Key of what a shard is: its file, or its folder.</summary>
    public static string KeyOf(this Manifest manifest, ShardEntry shard) => manifest.HasTableShards() ? shard.ObjectKey : shard.AttemptKey;

    /// <summary>SHA-256 of a SQLite file, as shardyfusion states it, in lower case; null when it does not.</summary>
    public static string? StatedSha256(this ShardEntry shard) =>
        shard.CheckpointId is { } id && IsSha256(id) ? id.ToLowerInvariant() : null;

    static bool IsSha256(string checkpointId) => checkpointId.Length == Sha256HexLength && checkpointId.All(char.IsAsciiHexDigit);

    /// <summary>Says which format the shards have instead.</summary>
    public static ShardyFusionException Unreadable(Manifest manifest, string shardRef) =>
        new(ErrorKind.ShardUnsupported,
            $"Shard '{shardRef}' of snapshot '{manifest.Required.RunId}' {Describe(manifest)}; "
            + $"only {RequiredFields.RocksDbSst}, SlateDB and SQLite shards can be read.")
        {
            Target = shardRef,
            RecommendedAction =
            "Read this snapshot with the tool that wrote it, or build it again with this one; its manifest, history and "
                + "rollback work here.",
        };

    /// <summary>The format in one phrase. The original does not state it; its SQLite shards have a SHA-256 as checkpoint id, SlateDB's have
    /// another kind.</summary>
    static string Describe(Manifest manifest)
    {
        if (manifest.Required.ShardFormat is { } format)
            return $"has the format '{format}'";
        var checkpoints = manifest.Shards.Select(shard => shard.CheckpointId).OfType<string>().ToArray();
        if (checkpoints.Length == 0)
            return "was written by shardyfusion as a SlateDB or SQLite database";
        return checkpoints.All(IsSha256)
            ? "was written by shardyfusion as a SQLite database" : "was written by shardyfusion as a SlateDB database";
    }
}
