using System.Security.Cryptography;
using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Formats;
using ShardyFusion.Routing;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Building;

/// <summary>Looks at what a build left on a disk store, with every check there is.</summary>
static class BuiltSnapshots
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Task<SnapshotBuild> StartAsync(IObjectStore store, BuildOptions? options = null, TimeProvider? clock = null) =>
        SnapshotBuild.StartAsync(store, options ?? new BuildOptions { ShardCount = 4 }, null, clock ?? TimeProvider.System, Token);

    /// <summary>Publishes integer keys, each with the value <c>text</c> + key.</summary>
    public static async Task<BuildResult> PublishAsync(IObjectStore store, IEnumerable<long> keys, string text = "v",
        BuildOptions? options = null)
    {
        await using var build = await StartAsync(store, options);
        foreach (var key in keys) build.Add(key, text + key);
        return await build.CompleteAsync(Token);
    }

    /// <summary>The rows of the current snapshot, after checking size, hash, order, count and routing of every shard; null without a
    /// pointer.</summary>
    public static async Task<SortedDictionary<string, string>?> ReadCurrentAsync(IObjectStore store)
    {
        var catalog = new SnapshotCatalog(store);
        var pointer = await catalog.ReadPointerAsync(Token);
        if (pointer.ManifestKey is null) return null;
        return Read(store, (await catalog.LoadManifestAsync(pointer.ManifestKey, Token)).Manifest);
    }

    public static SortedDictionary<string, string> Read(IObjectStore store, Manifest manifest)
    {
        var rows = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var router = manifest.CreateRouter();
        var codec = KeyCodec.For(manifest.Required.KeyEncoding);
        foreach (var entry in manifest.Shards)
        {
            var path = store.LocalPath(entry.ObjectKey)!;
            var bytes = File.ReadAllBytes(path);
            Assert.Equal(entry.DbBytes, bytes.Length);
            Assert.Equal(entry.Sha256, Convert.ToHexStringLower(SHA256.HashData(bytes)));
            using var shard = MappedShard.Open(path, SstReadOptions.Default);
            Assert.Equal(entry.RowCount, shard.RowCount);
            using var scan = shard.Scan();
            while (scan.MoveNext())
            {
                Assert.Equal(entry.DbId, router.RouteStored(scan.Key));
                rows.Add(codec.Display(scan.Key), System.Text.Encoding.UTF8.GetString(scan.Value));
            }
        }
        Assert.Equal(manifest.RowCount, rows.Count);
        return rows;
    }

    public static async Task<List<RunRecord>> RunsAsync(IObjectStore store)
    {
        var records = new List<RunRecord>();
        await foreach (var entry in store.ListAsync("runs/", null, Token))
        {
            if (!entry.Key.EndsWith("run.yaml", StringComparison.Ordinal)) continue;
            var found = await store.GetAsync(entry.Key, RunRecordCodec.MaxBytes, Token);
            records.Add(RunRecordCodec.Read(found!.Content.Span, entry.Key));
        }
        return records;
    }

    public static async Task<List<string>> KeysAsync(IObjectStore store, string prefix)
    {
        var keys = new List<string>();
        // What probes remember is no part of any snapshot.
        await foreach (var entry in store.ListAsync(prefix, null, Token))
            if (!entry.Key.StartsWith(StoreVerdicts.Folder, StringComparison.Ordinal)) keys.Add(entry.Key);
        return keys;
    }

    public static SortedDictionary<string, string> Expected(IEnumerable<long> keys, string text = "v") =>
        new(keys.ToDictionary(k => $"{k}", k => text + k), StringComparer.Ordinal);
}
