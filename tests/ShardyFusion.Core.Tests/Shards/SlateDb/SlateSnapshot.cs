using ShardyFusion.Formats;
using ShardyFusion.Routing;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Files;

namespace ShardyFusion.Core.Tests.Shards.SlateDb;

/// <summary>A golden snapshot's shards as they lie, under a manifest and a pointer in YAML and JSON, which state what its rows
/// say.</summary>
static class SlateSnapshot
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    public static DateTimeOffset PublishedAt { get; } = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Copies it to a store.</summary>
    /// <returns>Its manifest.</returns>
    public static async Task<Manifest> CopyToAsync(this GoldenDatabase golden, IObjectStore store)
    {
        var source = new FileObjectStore(Path.Combine(golden.StoreFolder, golden.Prefix!));
        await foreach (var entry in source.ListAsync("shards/", null, Token))
            await PutAsync(store, entry.Key, (await source.GetAsync(entry.Key, 64 << 20, Token))!.Content);
        var manifest = ManifestOf(golden, store.Root);
        var key = SnapshotPaths.ManifestKey(PublishedAt, manifest.Required.RunId);
        await PutAsync(store, key, ManifestCodec.Write(manifest));
        await PutAsync(store, SnapshotPaths.CurrentKey, PointerCodec.Write(new CurrentPointer
        {
            ManifestRef = SnapshotPaths.ToRef(store.Root, key),
            RunId = manifest.Required.RunId,
            UpdatedAt = PublishedAt,
        }));
        return manifest;
    }

    static Task<PutResult> PutAsync(IObjectStore store, string key, ReadOnlyMemory<byte> content) =>
        store.PutAsync(key, content, new PutOptions(PutCondition.Always), Token);

    /// <summary>True when the snapshot is placed by an expression.</summary>
    public static bool IsPlacedByCel(this GoldenDatabase golden) => golden.Name == "snapshot-cel";

    /// <summary>How its keys are stored.</summary>
    public static KeyEncoding KeyEncodingOf(GoldenDatabase golden) =>
        golden.Name is "snapshot-cel" or "snapshot-hash-utf8" ? KeyEncoding.Utf8 : KeyEncoding.U64BE;

    static Manifest ManifestOf(GoldenDatabase golden, string root)
    {
        var codec = KeyCodec.For(KeyEncodingOf(golden));
        var firstFolder = golden.FolderOf(golden.ShardIds.First());
        var runId = firstFolder.Split("run_id=")[1].Split('/')[0];
        return new Manifest
        {
            Required = new RequiredFields
            {
                CreatedAt = PublishedAt,
                KeyEncoding = codec.Encoding,
                NumDbs = golden.ShardIds.Count,
                RunId = runId,
                S3Prefix = root,
                Sharding = golden.IsPlacedByCel()
                    ? new ShardingFields
                    {
                        Strategy = ShardingStrategy.Cel,
                        CelExpr = "region",
                        CelColumns = new Dictionary<string, string> { ["region"] = "string" },
                        Boundaries = ["eu", "us"],
                    }
                    : new ShardingFields(),
            },
            Shards = [.. golden.ShardIds.Order().Select(dbId =>
            {
                var rows = GoldenDatabase.InOrder(golden.RowsOf(dbId));
                return new ShardEntry
                {
                    DbId = dbId,
                    AttemptKey = golden.FolderOf(dbId)[(golden.Prefix!.Length + 1)..],
                    RowCount = rows.Length,
                    MinKey = codec.Decode(rows[0].Key),
                    MaxKey = codec.Decode(rows[^1].Key),
                };
            })],
        };
    }
}
