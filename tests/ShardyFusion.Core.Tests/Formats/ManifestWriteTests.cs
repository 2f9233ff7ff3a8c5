using System.Text;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Routing;

namespace ShardyFusion.Core.Tests.Formats;

public class ManifestWriteTests
{
    static readonly Manifest sample = new()
    {
        Required = new RequiredFields
        {
            CreatedAt = new DateTimeOffset(2026, 3, 14, 10, 30, 0, TimeSpan.Zero),
            KeyEncoding = KeyEncoding.Raw,
            NumDbs = 2,
            RunId = "abc",
            S3Prefix = "file:///data/snap",
            ShardFormat = RequiredFields.RocksDbSst,
            ValueEncoding = ValueEncoding.Json,
        },
        Shards =
        [
            new ShardEntry
            {
                DbId = 1, AttemptKey = SnapshotPaths.AttemptKey("abc", 1, 0), RowCount = 3, MinKeyHex = "00ff", MaxKeyHex = "ff00",
                    DbBytes = 4096,
                TailOffset = 4000, Sha256 = new string('0', 64), WriterInfo = new WriterInfo { DurationMs = 12 },
            },
        ],
    };

    [Fact]
    public void Write_RawKeys_HoldsThemAsHexAndReadsBack()
    {
        var text = Encoding.ASCII.GetString(ManifestCodec.Write(sample));

        Assert.Equal("""
            custom: {}
            required:
              content_check: sha256:DIGITS
              created_at: '2026-03-14T10:30:00Z'
              db_path_template: db={db_id:05d}
              format_version: 2
              key_col: _key
              key_encoding: raw
              num_dbs: 2
              run_id: abc
              s3_prefix: file:///data/snap
              shard_format: rocksdb-sst
              shard_prefix: shards
              sharding:
                boundaries: null
                cel_columns: null
                cel_expr: null
                hash_algorithm: xxh3_64
                strategy: hash
              value_encoding: json
            shards:
            - attempt: 0
              checkpoint_id: null
              db_bytes: 4096
              db_id: 1
              db_url: file:///data/snap/shards/run_id=abc/db=00001/attempt=00
              max_key: null
              max_key_hex: ff00
              min_key: null
              min_key_hex: 00ff
              row_count: 3
              sha256: '0000000000000000000000000000000000000000000000000000000000000000'
              tail_offset: 4000
              writer_info:
                attempt: 0
                duration_ms: 12
                stage_id: null
                task_attempt_id: null

            """.ReplaceLineEndings("\n").Replace("DIGITS", text.Split("sha256:")[1][..64], StringComparison.Ordinal), text);
        var read = ManifestCodec.Read(Encoding.ASCII.GetBytes(text), "m");
        Assert.Equal(sample.Required, read.Required with { Sharding = sample.Required.Sharding });
        Assert.Equal(sample.Shards, read.Shards);
        Assert.Equal(4096, read.DbBytes);
    }

    public static TheoryData<string, string> Faults() => new()
    {
        { "duplicate", "shards[1].db_id" }, { "range", "shards[0].db_id" }, { "traversal", "shards[0].db_url" }, { "many", "shards" },
        { "run", "required.run_id" }, { "count", "required.num_dbs" }, { "sha", "shards[0].sha256" }, { "tail", "shards[0].tail_offset" },
        { "key", "shards[0].min_key" }, { "version", "required.format_version" }, { "prefix", "required.s3_prefix" },
        { "type", "custom.when" },
    };

    [Theory, MemberData(nameof(Faults))]
    public void Write_WhatNoReaderWouldAccept_NamesTheField(string fault, string field)
    {
        var shard = sample.Shards[0];
        var manifest = fault switch
        {
            "duplicate" => sample with { Shards = [shard, shard] },
            "range" => sample with { Shards = [shard with { DbId = 2 }] },
            "traversal" => sample with { Shards = [shard with { AttemptKey = "../x" }] },
            "many" => sample with { Shards = [shard, shard, shard] },
            "run" => sample with { Required = sample.Required with { RunId = "" } },
            "count" => sample with { Required = sample.Required with { NumDbs = 0 } },
            "sha" => sample with { Shards = [shard with { Sha256 = "ABC" }] },
            "tail" => sample with { Shards = [shard with { TailOffset = 4096 }] },
            "key" => sample with { Shards = [shard with { MinKey = 1.5 }] },
            "version" => sample with { Required = sample.Required with { FormatVersion = 3 } },
            "prefix" => sample with { Required = sample.Required with { S3Prefix = "/" } },
            _ => sample with { Custom = new Dictionary<string, object?> { ["when"] = DateTime.UnixEpoch } },
        };

        var refused = Assert.Throws<ShardyFusionException>(() => ManifestCodec.Write(manifest));

        Assert.Equal(ErrorKind.ManifestBuild, refused.Kind);
        Assert.Contains(field, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_CustomDeeperThanReadersAccept_IsRefused()
    {
        object? nested = 1;
        for (var i = 0; i < 31; i++)
            nested = new List<object?> { nested };

        var refused = Assert.Throws<ShardyFusionException>(
            () => ManifestCodec.Write(sample with { Custom = new Dictionary<string, object?> { ["a"] = nested } }));

        Assert.Contains("levels deep", refused.Message, StringComparison.Ordinal);
        Assert.Contains("custom.a[0][0]", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_CustomOfManyNetTypes_ReadsBackAsPlainValues()
    {
        var custom = new Dictionary<string, object?>
        {
            ["array"] = new[] { 1, 2 },
            ["table"] = new System.Collections.Hashtable { ["b"] = (short)1 },
            ["decimal"] = 1.5m,
            ["whole"] = 2m,
            ["float"] = 0.5f,
            ["names"] = new Dictionary<string, string> { ["x"] = "y" },
            ["nan"] = double.NaN,
        };

        var read = ManifestCodec.Read(ManifestCodec.Write(sample with { Custom = custom }), "m").Custom;

        Assert.Equal(new List<object?> { 1L, 2L }, read["array"]);
        Assert.Equal(1L, ((Dictionary<string, object?>)read["table"]!)["b"]);
        Assert.Equal(1.5, read["decimal"]);
        Assert.Equal(2L, read["whole"]);
        Assert.Equal(0.5, read["float"]);
        Assert.Equal("y", ((Dictionary<string, object?>)read["names"]!)["x"]);
        Assert.Equal(double.NaN, read["nan"]);
    }
}
