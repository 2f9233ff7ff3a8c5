using System.Text;
using ShardyFusion.Core.Tests.Golden;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Routing;

namespace ShardyFusion.Core.Tests.Formats;

/// <summary>Manifests and pointers written by shardyfusion.</summary>
public class ManifestGoldenTests
{
    public static TheoryData<string> ManifestFiles() =>
        [.. GoldenFiles.Names("manifests", "*.yaml")
            .Where(name => name is not ("run-failed.yaml" or "run-running.yaml" or "run-succeeded.yaml"))];

    [Fact]
    public void ManifestFiles_Listing_FindsAllOfThem() => Assert.Equal(33, ManifestFiles().Count);

    [Theory, MemberData(nameof(ManifestFiles))]
    public void Write_OfWhatWasRead_GivesIdenticalBytes(string name)
    {
        var golden = GoldenFiles.Read("manifests", name);

        var written = ManifestCodec.Write(ManifestCodec.Read(golden, name));

        Assert.Equal(Encoding.UTF8.GetString(golden), Unsealed.TextOf(written));
    }

    [Theory, MemberData(nameof(ManifestFiles))]
    public void Write_WithOurExtraKeysRemoved_GivesIdenticalBytes(string name)
    {
        var golden = GoldenFiles.Read("manifests", name);
        var manifest = ManifestCodec.Read(golden, name);
        var extended = manifest with
        {
            Required = manifest.Required with { ShardFormat = RequiredFields.RocksDbSst, ValueEncoding = ValueEncoding.Json },
            Shards = [.. manifest.Shards.Select(shard => shard with
            {
                DbBytes = 1_234_567, TailOffset = 1_200_000, Sha256 = new string('a', 64), MinKeyHex = "00ff", MaxKeyHex = "ff00",
            })],
        };

        var lines = Encoding.ASCII.GetString(ManifestCodec.Write(extended)).Split('\n');
        string[] extraKeys = ["content_check:", "shard_format:", "value_encoding:", "db_bytes:", "tail_offset:", "sha256:", "min_key_hex:",
            "max_key_hex:"];
        var kept = lines.Where(line => !extraKeys.Any(key => line.TrimStart().StartsWith(key, StringComparison.Ordinal))).ToArray();

        Assert.Equal(lines.Length, kept.Length + 3 + 5 * manifest.Shards.Count);
        Assert.Equal(Encoding.UTF8.GetString(golden), string.Join('\n', kept));
    }

    [Theory, MemberData(nameof(ManifestFiles))]
    public void Read_RunId_IsTheOneInTheShardUrls(string name)
    {
        var manifest = ManifestCodec.Read(GoldenFiles.Read("manifests", name), name);

        foreach (var shard in manifest.Shards)
            Assert.StartsWith($"shards/run_id={manifest.Required.RunId}/db=", shard.AttemptKey, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_CustomFields_KeepsTypes()
    {
        var custom = ManifestCodec.Read(GoldenFiles.Read("manifests", "custom-fields.yaml"), "m").Custom;

        Assert.Equal(1e20, custom["big"]);
        Assert.Equal(true, custom["flag"]);
        Assert.Equal(1L, custom["n"]);
        Assert.Null(custom["none"]);
        Assert.Equal("é", ((Dictionary<string, object?>)custom["nested"]!)["a"]);
        Assert.Equal("a long line that PyYAML folds because it is wider than eighty columns, and then some more words", custom["text"]);
    }

    [Fact]
    public void Read_RetriedAttempts_NamesTheWinner()
    {
        var shard = ManifestCodec.Read(GoldenFiles.Read("manifests", "retried-attempts.yaml"), "m").Shards[0];

        Assert.Equal(2, shard.Attempt);
        Assert.Equal("shards/run_id=abc123/db=00000/attempt=02/shard.sst", shard.ObjectKey);
        Assert.Equal(17, shard.WriterInfo.TaskAttemptId);
    }

    [Fact]
    public void Read_CelManifest_KeepsTheStrategyAndRoutes()
    {
        var manifest = ManifestCodec.Read(GoldenFiles.Read("manifests", "cel-boundaries-str.yaml"), "m");

        Assert.Equal(ShardingStrategy.Cel, manifest.Required.Sharding.Strategy);
        Assert.Equal(new object[] { "eu", "us" }, manifest.Required.Sharding.Boundaries);
        Assert.Equal("string", manifest.Required.Sharding.CelColumns!["region"]);
        var router = manifest.CreateRouter();
        Assert.False(router.IsByKeyAlone);
        var refused = Assert.Throws<ShardyFusionException>(() => router.Route(1));
        Assert.Equal(ErrorKind.ShardAssignment, refused.Kind);
        Assert.Contains("'region'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PointerWrite_OfWhatWasRead_GivesIdenticalBytes()
    {
        var golden = GoldenFiles.Read("manifests", "current.json");

        var pointer = PointerCodec.Read(golden);

        Assert.Equal(Encoding.UTF8.GetString(golden), Unsealed.TextOf(PointerCodec.Write(pointer)));
        Assert.Equal("manifests/2026-03-14T10:30:00.123456Z_run_id=abc123/manifest", pointer.ManifestKey);
    }

    [Theory]
    [InlineData("ints", KeyEncoding.U64BE, 1000)]
    [InlineData("strings", KeyEncoding.Utf8, 1500)]
    public void Read_UpstreamSnapshot_FollowsThePointerToItsShards(string snapshot, KeyEncoding keyEncoding, long rows)
    {
        var folder = Path.Combine(GoldenFiles.Root, "upstream-sqlite", "golden-seven", snapshot);
        string OnDisk(string key) => Path.Combine([folder, .. key.Replace(":", "%3A", StringComparison.Ordinal).Split('/')]);

        var pointerBytes = File.ReadAllBytes(OnDisk(SnapshotPaths.CurrentKey));
        var pointer = PointerCodec.Read(pointerBytes);
        var manifestBytes = File.ReadAllBytes(OnDisk(pointer.ManifestKey));
        var manifest = ManifestCodec.Read(manifestBytes, pointer.ManifestRef);

        Assert.Equal(pointerBytes, Unsealed.Of(PointerCodec.Write(pointer)));
        Assert.Equal(manifestBytes, Unsealed.Of(ManifestCodec.Write(manifest)));
        Assert.Equal(keyEncoding, manifest.Required.KeyEncoding);
        Assert.Equal(rows, manifest.RowCount);
        Assert.Null(manifest.Required.ShardFormat);
        Assert.All(manifest.Shards, shard => Assert.True(File.Exists(OnDisk(shard.AttemptKey + "/shard.db"))));
    }
}
