using System.Text;
using ShardyFusion.Core.Tests.Golden;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Yaml;
using ShardyFusion.Routing;

namespace ShardyFusion.Core.Tests.Formats;

/// <summary>What readers accept besides the writers' own bytes, and what they refuse.</summary>
public class ManifestReadTests
{
    static readonly string valid = Encoding.ASCII.GetString(GoldenFiles.Read("manifests", "hash-4-of-4.yaml"));

    static Manifest Read(string text) => ManifestCodec.Read(Encoding.UTF8.GetBytes(text), "manifests/x/manifest");

    static ShardyFusionException Refused(string text)
    {
        var refused = Assert.Throws<ShardyFusionException>(() => Read(text));
        Assert.Equal(ErrorKind.ManifestParse, refused.Kind);
        Assert.Contains("manifests/x/manifest", refused.Message, StringComparison.Ordinal);
        return refused;
    }

    static string Replace(string before, string after)
    {
        Assert.Contains(before, valid, StringComparison.Ordinal);
        var at = valid.IndexOf(before, StringComparison.Ordinal);
        return valid[..at] + after + valid[(at + before.Length)..];
    }

    [Theory]
    [InlineData("format_version: 2", "format_version: 99", "required.format_version")]
    [InlineData("format_version: 2", "format_version: '2'", "required.format_version")]
    [InlineData("  format_version: 2\n", "", "required.format_version")]
    [InlineData("run_id: abc123", "run_id: 20260314", "required.run_id")]
    [InlineData("run_id: abc123", "run_id: 1.5", "required.run_id")]
    [InlineData("run_id: abc123", "run_id: 2026-03-14", "required.run_id")]
    [InlineData("run_id: abc123", "run_id: yes", "required.run_id")]
    [InlineData("run_id: abc123", "run_id: null", "required.run_id")]
    [InlineData("run_id: abc123", "run_id: ''", "required.run_id")]
    [InlineData("run_id: abc123", "run_id: a/b", "required.run_id")]
    [InlineData("run_id: abc123", "run_id: [a]", "required.run_id")]
    [InlineData("num_dbs: 4", "num_dbs: 0", "required.num_dbs")]
    [InlineData("num_dbs: 4", "num_dbs: 4.0", "required.num_dbs")]
    [InlineData("num_dbs: 4", "num_dbs: 99999999999", "required.num_dbs")]
    [InlineData("num_dbs: 4", "num_dbs: 0x_", "required.num_dbs")]
    [InlineData("num_dbs: 4", "num_dbs: 3", "shards[3].db_id")]
    [InlineData("key_encoding: u64be", "key_encoding: u128be", "required.key_encoding")]
    [InlineData("strategy: hash", "strategy: range", "required.sharding.strategy")]
    [InlineData("hash_algorithm: xxh3_64", "hash_algorithm: md5", "required.sharding.hash_algorithm")]
    [InlineData("created_at: '2026-03-14T10:30:00.123456Z'", "created_at: yesterday", "required.created_at")]
    [InlineData("s3_prefix: s3://bucket/prefix", "s3_prefix: s3://other/prefix", "shards[0].db_url")]
    [InlineData("db_id: 3", "db_id: 4", "shards[3].db_id")]
    [InlineData("db_id: 3", "db_id: -1", "shards[3].db_id")]
    [InlineData("db_id: 3", "db_id: 1", "shards[3].db_id")]
    [InlineData("db_id: 3", "db_id: three", "shards[3].db_id")]
    [InlineData("db_url: s3://bucket/prefix/shards/run_id=abc123/db=00003", "db_url: s3://bucket/prefix/../secret", "shards[3].db_url")]
    [InlineData("db_url: s3://bucket/prefix/shards/run_id=abc123/db=00003", "db_url: s3://bucket/prefix//etc", "shards[3].db_url")]
    [InlineData("db_url: s3://bucket/prefix/shards/run_id=abc123/db=00003", "db_url: s3://bucket/prefix-2/x", "shards[3].db_url")]
    [InlineData("db_url: s3://bucket/prefix/shards/run_id=abc123/db=00003", "db_url: file:///etc", "shards[3].db_url")]
    [InlineData("row_count: 614007", "row_count: -1", "shards[3].row_count")]
    [InlineData("min_key: 3", "min_key: [3]", "shards[3].min_key")]
    [InlineData("min_key: 3", "min_key: 3.5", "shards[3].min_key")]
    [InlineData("min_key: 3", "min_key: 3\n  sha256: zz", "shards[3].sha256")]
    [InlineData("min_key: 3", "min_key: 3\n  db_bytes: 10\n  tail_offset: 10", "shards[3].tail_offset")]
    [InlineData("min_key: 3", "min_key: 3\n  min_key: 4", "shards[3].min_key")]
    [InlineData("  writer_info:\n    attempt: 0", "  writer_info: 1\n  other:\n    attempt: 0", "shards[0].writer_info")]
    [InlineData("  writer_info:\n    attempt: 0", "  writer_info:\n    attempt: -1", "shards[0].writer_info.attempt")]
    [InlineData("shards:\n", "shards:\n- 1\n", "shards[0]")]
    [InlineData("custom: {}", "custom: []", "custom")]
    [InlineData("custom: {}", "custom: {}\ncustom: {}", "custom")]
    [InlineData("custom: {}", "custom: &x {}", "custom")]
    [InlineData("custom: {}", "custom: {a: &x 1}", "custom.a")]
    [InlineData("custom: {}", "custom:\n  a: *x", "custom")]
    [InlineData("custom: {}", "custom: {<<: {a: 1}}", "custom")]
    [InlineData("custom: {}", "custom: !!python/object:os.system {}", "custom")]
    [InlineData("custom: {}", "custom: {a: !!binary aGVsbG8=}", "custom.a")]
    [InlineData("custom: {}", "custom: {? [a] : b}", "custom")]
    [InlineData("custom: {}", "custom: {", "custom")]
    public void Read_OneWrongField_NamesIt(string before, string after, string field)
    {
        Assert.Contains($": {field}", Refused(Replace(before, after)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n# nothing\n")]
    [InlineData("- a\n")]
    [InlineData("just text")]
    [InlineData("{\"required\":")]
    [InlineData("a: b: c")]
    [InlineData("\0\0\0\0")]
    public void Read_NoManifest_IsRefused(string text) => Refused(text);

    [Fact]
    public void Read_SecondDocument_IsRefused() =>
        Assert.Contains("more than one document", Refused(valid + "---\n" + valid).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_InvalidUtf8_IsRefused() => Assert.Equal(ErrorKind.ManifestParse,
        Assert.Throws<ShardyFusionException>(() => ManifestCodec.Read([.. Encoding.ASCII.GetBytes(valid), 0xC3, 0x28], "m")).Kind);

    [Fact]
    public void Read_DamagedSqliteManifest_SaysWhatItIs()
    {
        byte[] sqlite = [.. "SQLite format 3\0"u8, .. new byte[4080]];

        var refused = Assert.Throws<ShardyFusionException>(() => ManifestCodec.Read(sqlite, "m"));

        Assert.Equal(ErrorKind.ManifestParse, refused.Kind);
        Assert.Contains("SQLite", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('[', ']')]
    [InlineData('{', '}')]
    public void Read_DeepNesting_IsRefused(char open, char close)
    {
        foreach (var depth in new[] { 31, 100_000 })
        {
            var nested = string.Concat(Enumerable.Repeat(open == '{' ? "{a: " : "[", depth)) + "1" + new string(close, depth);
            Assert.Contains("levels deep", Refused(Replace("custom: {}", $"custom: {{a: {nested}}}")).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Read_NestingUpToTheLimit_IsAccepted()
    {
        var nested = new string('[', 30) + "1" + new string(']', 30);
        Assert.Single(Read(Replace("custom: {}", $"custom: {{a: {nested}}}")).Custom);
    }

    [Fact]
    public void Read_MoreThanTheSizeLimit_IsRefusedWithoutParsing()
    {
        var content = new byte[ManifestCodec.MaxBytes + 1];
        var refused = Assert.Throws<ShardyFusionException>(() => ManifestCodec.Read(content, "m"));
        Assert.Contains("limit", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a:\n- 1\n- 2\n- 3\n")]
    [InlineData("a: [1, 2, 3]")]
    [InlineData("{\"a\": [1, 2, 3, 4]}")]
    public void Read_MoreValuesThanTheLimit_IsRefused(string text)
    {
        var refused = Assert.Throws<ShardyFusionException>(() => YamlReader.Read(
            Encoding.ASCII.GetBytes(text), new DocumentLimits(MaxBytes: 1_000, MaxNodes: 5), new DocumentFaults("manifest", "m")));

        Assert.Contains("more than 5 values", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_UnknownKeys_AreIgnoredAtEveryLevel()
    {
        var text = Replace("custom: {}", "custom: {}\nfuture: [1, {a: b}]").Replace("    strategy: hash\n",
            "    strategy: hash\n    salt: 7\n", StringComparison.Ordinal)
            .Replace("  row_count:", "  vector: {dim: 3}\n  row_count:", StringComparison.Ordinal);

        Assert.Equal(valid, Golden.Unsealed.TextOf(ManifestCodec.Write(Read(text))));
    }

    [Theory]
    [InlineData("'2026-03-14T10:30:00.123456Z'")]
    [InlineData("2026-03-14T10:30:00.123456Z")]
    [InlineData("2026-03-14 10:30:00.123456+00:00")]
    [InlineData("'2026-03-14T12:30:00.123456+02:00'")]
    [InlineData("'2026-03-14T10:30:00.123456'")]
    public void Read_CreatedAt_TakesEveryUsualForm(string createdAt) => Assert.Equal(
        new DateTimeOffset(2026, 3, 14, 10, 30, 0, 123, 456, TimeSpan.Zero),
        Read(Replace("'2026-03-14T10:30:00.123456Z'", createdAt)).Required.CreatedAt);

    [Theory]
    [InlineData("run_id: '1e5'", "1e5")]
    [InlineData("run_id: \"1e5\"", "1e5")]
    [InlineData("run_id: 1e5", "1e5")]
    [InlineData("run_id: !!str 20260314", "20260314")]
    [InlineData("run_id: 0o17", "0o17")]
    [InlineData("run_id: ключ", "ключ")]
    public void Read_RunId_IsText(string line, string expected) =>
        Assert.Equal(expected, Read(Replace("run_id: abc123", line)).Required.RunId);

    [Fact]
    public void Read_JsonText_IsAcceptedAndWrittenAsYaml()
    {
        const string json = """
            {"custom": {"note": "a\u00e9\ud83d\ude00", "n": -5, "f": 1E2, "t": true, "l": [null]},
            "shards": [{"attempt": 0, "checkpoint_id": null, "db_id": 1, "db_url": "s3://b/p/shards/run_id=1e5/db=00001/attempt=00",
            "max_key": 18446744073709551615, "min_key": 1, "row_count": 3,
            "writer_info": {"attempt": 0, "duration_ms": 12, "stage_id": null, "task_attempt_id": null}}],
            "required": {"created_at": "2026-03-14T10:30:00Z", "db_path_template": "db={db_id:05d}", "format_version": 2, "key_col": "_key",
            "key_encoding": "u64be", "num_dbs": 2, "run_id": "1e5", "s3_prefix": "s3://b/p", "shard_prefix": "shards",
            "sharding": {"boundaries": null, "cel_columns": null, "cel_expr": null, "hash_algorithm": "xxh3_64", "strategy": "hash"}}}
            """;

        var manifest = Read(json);

        Assert.Equal("1e5", manifest.Required.RunId);
        Assert.Equal("aé😀", manifest.Custom["note"]);
        Assert.Equal(100.0, manifest.Custom["f"]);
        Assert.Equal(new System.Numerics.BigInteger(ulong.MaxValue), manifest.Shards[0].MaxKey);
        Assert.Equal(manifest.Shards, Read(Encoding.ASCII.GetString(ManifestCodec.Write(manifest))).Shards);
    }

    [Theory]
    [InlineData("{\"required\": {}, \"required\": {}}", "required")]
    [InlineData("{\"required\": {\"run_id\": \"\\ud800\"}}", "required.run_id")]
    public void Read_FaultyJson_NamesTheField(string json, string field) =>
        Assert.Contains($": {field}:", Refused(json).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_OtherYamlStyles_GiveTheSameManifest()
    {
        var text = "%YAML 1.1\n---\n# by hand\n"
            + valid.Replace("custom: {}", "custom:\n  note: >-\n    two\n    lines\n  text: |\n    a\n    b", StringComparison.Ordinal)
            .Replace("\n", "\r\n", StringComparison.Ordinal) + "...\r\n";

        var manifest = Read("\ufeff" + text);

        Assert.Equal("two lines", manifest.Custom["note"]);
        Assert.Equal("a\nb\n", manifest.Custom["text"]);
        Assert.Equal(Read(valid).Shards, manifest.Shards);
    }

    [Fact]
    public void Read_MissingKeyEncoding_IsU64BE() =>
        Assert.Equal(KeyEncoding.U64BE, Read(Replace("  key_encoding: u64be\n", "")).Required.KeyEncoding);

    [Fact]
    public void Read_TruncatedAtEveryLine_NeverGivesAManifestOrAnotherError()
    {
        var lines = valid.Split('\n');
        for (var count = 0; count < lines.Length - 1; count++)
        {
            var text = string.Join('\n', lines[..count]) + "\n";
            try
            {
                // Cut between two shards, or inside the optional fields of the last one, it is still well formed.
                Assert.True(Read(text).Shards.Count <= 4 && count > 17, $"{count} lines");
            }
            catch (ShardyFusionException refused)
            {
                Assert.Equal(ErrorKind.ManifestParse, refused.Kind);
            }
        }
    }

    [Fact]
    public void Read_RandomDamage_IsAManifestOrAManifestParseError()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var bytes = Encoding.ASCII.GetBytes(valid);
        for (var i = 0; i < 2_000; i++)
        {
            var damaged = (byte[])bytes.Clone();
            for (var edits = random.Next(1, 6); edits > 0; edits--)
                damaged[random.Next(damaged.Length)] = (byte)(random.Next(2) == 0 ? random.Next(32, 127) : random.Next(256));
            try
            {
                Assert.NotNull(ManifestCodec.Read(damaged, "m"));
            }
            catch (ShardyFusionException refused)
            {
                Assert.Equal(ErrorKind.ManifestParse, refused.Kind);
            }
        }
    }
}
