using ShardyFusion.Building.Shards;
using ShardyFusion.Formats;
using ShardyFusion.LocalFiles;
using ShardyFusion.Routing;
using ShardyFusion.Shards;

namespace ShardyFusion.Building;

/// <summary>Makes the manifest of a build.</summary>
static class BuildManifest
{
    /// <summary>The manifest, without what guards say.</summary>
    /// <param name="build">The build.</param>
    /// <param name="encoding">How its keys are stored.</param>
    /// <param name="values">What its values are; null when nobody knows.</param>
    /// <param name="sharding">How rows were spread, over how many shards, empty ones included.</param>
    /// <param name="winners">The shards with rows, by <c>db_id</c>.</param>
    public static Manifest Compose(BuildContext build, KeyEncoding encoding, ValueEncoding? values, StatedSharding sharding,
        IReadOnlyList<ShardAttemptResult> winners)
    {
        var codec = KeyCodec.For(encoding);
        var custom = new Dictionary<string, object?>(build.Options.CustomFields, StringComparer.Ordinal);
        if (build.Options.Message is not null) custom["message"] = build.Options.Message;
        custom.TryAdd("author", LocalUser.Name);
        return new Manifest
        {
            Required = new RequiredFields
            {
                CreatedAt = SnapshotTime.After(build.Clock, build.StartingPointer.Folder?.PublishedAt),
                KeyEncoding = encoding,
                NumDbs = sharding.ShardCount,
                Sharding = sharding.Fields,
                RunId = build.RunId,
                S3Prefix = build.Store.Root,
                // As for shardyfusion, whose manifests do not tell: the file itself does.
                ShardFormat = build.Options.ShardFormat == ShardFormat.Sqlite ? null : RequiredFields.RocksDbSst,
                ValueEncoding = values,
            },
            Shards = [.. winners.Select(w => new ShardEntry
            {
                DbId = w.DbId,
                AttemptKey = SnapshotPaths.AttemptKey(build.RunId, w.DbId, w.Attempt),
                Attempt = w.Attempt,
                RowCount = w.Summary.RowCount,
                MinKey = encoding == KeyEncoding.Raw ? null : ManifestKey(codec.Decode(w.Summary.MinKey)),
                MaxKey = encoding == KeyEncoding.Raw ? null : ManifestKey(codec.Decode(w.Summary.MaxKey)),
                MinKeyHex = encoding == KeyEncoding.Raw ? Convert.ToHexStringLower(w.Summary.MinKey) : null,
                MaxKeyHex = encoding == KeyEncoding.Raw ? Convert.ToHexStringLower(w.Summary.MaxKey) : null,
                CheckpointId = w.Sha256,
                DbBytes = w.Summary.FileBytes,
                Sha256 = w.Sha256,
                TailOffset = w.Summary.TailOffset < w.Summary.FileBytes ? w.Summary.TailOffset : null,
                WriterInfo = new WriterInfo { Attempt = w.Attempt, DurationMs = (long)w.Duration.TotalMilliseconds },
            })],
            Custom = custom,
        };
    }

    static object ManifestKey(object key) => key switch
    {
        ulong large => (long)large, // Routable keys are below 2^63.
        uint small => (long)small,
        _ => key,
    };
}
