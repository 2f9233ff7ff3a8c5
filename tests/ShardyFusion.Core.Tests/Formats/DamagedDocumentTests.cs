using System.Text;
using System.Text.RegularExpressions;
using ShardyFusion.Cleaning;
using ShardyFusion.Core.Tests.Golden;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.Routing;

namespace ShardyFusion.Core.Tests.Formats;

/// <summary>Every bit and every cut of what we write: an error, never other content.</summary>
public sealed partial class DamagedDocumentTests(ITestOutputHelper output)
{
    static readonly DateTimeOffset At = new(2026, 3, 14, 10, 30, 0, 123, 456, TimeSpan.Zero);
    const string Ref = "file:///data/snap/manifests/2026-03-14T10:30:00.123456Z_run_id=run-1/manifest";

    public static TheoryData<string> Shapes() => ["dense", "sparse", "one shard", "utf8 keys", "raw keys", "custom fields", "no shards"];

    static Manifest Compose(string shape) => shape switch
    {
        "dense" => Compose(8, KeyEncoding.U64BE, _ => true),
        "sparse" => Compose(16, KeyEncoding.U64BE, dbId => dbId is 2 or 7 or 11),
        "one shard" => Compose(1, KeyEncoding.U64BE, _ => true),
        "utf8 keys" => Compose(4, KeyEncoding.Utf8, _ => true),
        "raw keys" => Compose(4, KeyEncoding.Raw, _ => true),
        "no shards" => Compose(4, KeyEncoding.U64BE, _ => false),
        "thousand shards" => Compose(1000, KeyEncoding.U64BE, _ => true),
        _ => Compose(2, KeyEncoding.U32BE, _ => true) with
        {
            Custom = new Dictionary<string, object?>
            {
                ["message"] = "content_check: sha256:" + new string('0', 64),
                ["good"] = "7 'quoted' \"twice\" # no comment: é\nsecond line\n\nrequired:\n  content_check: sha256:0",
                ["content_check"] = ContentCheck.Unset,
                ["nested"] = new Dictionary<string, object?>
                {
                    ["a"] = new object?[] { 1, 2.5, null,
                true, "g" }
                },
            },
        },
    };

    static Manifest Compose(int numDbs, KeyEncoding encoding, Func<int, bool> hasRows)
    {
        var codec = KeyCodec.For(encoding);
        var router = ShardRouter.ForHash(numDbs, encoding);
        var keys = Enumerable.Range(0, numDbs * 20).Select(number => encoding switch
        {
            KeyEncoding.Utf8 => $"key-{number}",
            KeyEncoding.Raw => BitConverter.GetBytes(number),
            KeyEncoding.U32BE => (uint)number,
            _ => (object)(ulong)number,
        }).Select(codec.Encode).GroupBy(key => router.RouteStored(key)).Where(shard => hasRows(shard.Key)).OrderBy(shard => shard.Key);
        return new Manifest
        {
            Required = new RequiredFields
            {
                CreatedAt = At,
                KeyEncoding = encoding,
                NumDbs = numDbs,
                RunId = "run-1",
                S3Prefix = "file:///data/snap",
                ShardFormat = RequiredFields.RocksDbSst,
                ValueEncoding = ValueEncoding.Json,
            },
            Shards = [.. keys.Select(shard =>
            {
                var sorted = shard.OrderBy(key => key, Comparer<byte[]>.Create(static (a, b) => a.AsSpan().SequenceCompareTo(b))).ToList();
                var isRaw = encoding == KeyEncoding.Raw;
                return new ShardEntry
                {
                    DbId = shard.Key, AttemptKey = SnapshotPaths.AttemptKey("run-1", shard.Key, 0), RowCount = sorted.Count, DbBytes = 4096
                        + shard.Key, TailOffset = 3000, Sha256 = new string('a', 64),
                    MinKey = isRaw ? null : Plain(codec.Decode(sorted[0])), MaxKey = isRaw ? null : Plain(codec.Decode(sorted[^1])),
                    MinKeyHex = isRaw ? Convert.ToHexStringLower(sorted[0]) : null, MaxKeyHex = isRaw ? Convert.ToHexStringLower(sorted[^1])
                    : null,
                };
            })],
        };
    }

    static object Plain(object key) => key is ulong large ? (long)large : key is uint small ? (long)small : key;

    /// <summary>Reads every damaged form; whatever is read must be what was written.</summary>
    /// <returns>How many were refused.</returns>
    static (int Refused, int Equal) Damage(byte[] document,
        Func<byte[], byte[]> rewrite, ErrorKind kind, IEnumerable<int> bits, IEnumerable<int> cuts)
    {
        var (refused, equal) = (0, 0);
        foreach (var bit in bits)
        {
            document[bit / 8] ^= (byte)(1 << (bit % 8));
            Try([.. document], $"bit {bit}");
            document[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        foreach (var cut in cuts) Try(document[..cut], $"cut at {cut}");
        return (refused, equal);

        void Try(byte[] damaged, string how)
        {
            try
            {
                Assert.True(document.AsSpan().SequenceEqual(rewrite(damaged)), $"{how} reads as something else");
                equal++;
            }
            catch (ShardyFusionException error)
            {
                Assert.True(error.Kind == kind, $"{how}: {error.Message}");
                refused++;
            }
        }
    }

    void Report(string what, byte[] document, (int Refused, int Equal) found) =>
        output.WriteLine(
            $"counts: {what}: {document.Length * 8} bits and {document.Length} cuts, {found.Refused} refused, {found.Equal} read as "
                + "written, silently wrong: 0");

    [Theory, MemberData(nameof(Shapes))]
    public void Read_ManifestWithAnyBitOrCut_IsRefused(string shape)
    {
        var document = ManifestCodec.Write(Compose(shape));
        Assert.Equal(document, ManifestCodec.Write(ManifestCodec.ReadStored(document, "m", out _)));
        var found = Damage(document, damaged => ManifestCodec.Write(ManifestCodec.ReadStored(damaged, "m", out _)), ErrorKind.ManifestParse,
            Enumerable.Range(0, document.Length * 8), Enumerable.Range(0, document.Length));
        Assert.Equal((document.Length * 9, 0), found);
        Report($"manifest, {shape}", document, found);
    }

    [Fact]
    public void Read_ManifestOfAThousandShardsWithSampledBitsAndCuts_IsRefused()
    {
        var document = ManifestCodec.Write(Compose("thousand shards"));
        var seed = Environment.TickCount;
        var random = new Random(seed);
        output.WriteLine($"seed {seed}");
        var bits = Enumerable.Range(0, 20_000).Select(_ => random.Next(document.Length * 8)).Distinct().ToList();
        // Line ends above all: what is cut there is whole YAML.
        var cuts = Enumerable.Range(0, document.Length).Where(at => at % 97 == 0 || (document[at] == '-' && document[at - 1] == '\n'))
            .ToList();
        var found = Damage(document, damaged => ManifestCodec.Write(ManifestCodec.ReadStored(damaged, "m", out _)), ErrorKind.ManifestParse,
            bits, cuts);
        Assert.Equal((bits.Count + cuts.Count, 0), found);
        output.WriteLine(
            $"counts: manifest of 1,000 shards, {document.Length} bytes: {bits.Count} bits and {cuts.Count} cuts, {found.Refused} refused, "
                + "silently wrong: 0");
    }

    public static TheoryData<string> Others() => ["pointer", "pointer without manifest_check", "run record", "long run record", "tag",
        "block", "freeze", "event", "removal", "pin", "plan"];

    [Theory, MemberData(nameof(Others))]
    public void Read_OtherDocumentWithAnyBitOrCut_IsRefused(string kind)
    {
        var (document, rewrite) = kind switch
        {
            "pointer" => Pointer(new CurrentPointer
            {
                ManifestRef = Ref,
                RunId = "run-1",
                UpdatedAt = At,
                ManifestCheck = "sha256:"
                + new string('b', 64)
            }),
            "pointer without manifest_check" => Pointer(new CurrentPointer { ManifestRef = Ref, RunId = "run-1", UpdatedAt = At }),
            "run record" => Record(RunOf(null)),
            "long run record" => Record(RunOf("a message: with 'quotes'")),
            "tag" => MarkOf<SnapshotTag>(new SnapshotTag("weekly", Ref, "run-1", At, At.AddDays(1), "me", "here", "kept")),
            "block" => MarkOf<SnapshotBlock>(new SnapshotBlock(Ref, "run-1", At, "me", "here", "bad é")),
            "freeze" => MarkOf<PublishingFreeze>(new PublishingFreeze("maintenance", "me", "here", At, null, false)),
            "event" => MarkOf<PointerEvent>(new PointerEvent(PointerChange.Rollback, "CURRENT", Ref, Ref, PointerOutcome.Moved, null, "me",
            "here", 7, At, "why")),
            "removal" => MarkOf<RemovalMark>(new RemovalMark(Ref, At, At.AddHours(1), "here", 7)),
            "pin" => MarkOf<MovePin>(new MovePin(Ref, At, At.AddHours(1), "here", 7)),
            _ => PlanOf(),
        };
        Assert.Equal(document, rewrite([.. document]));
        var found = Damage(document, rewrite, kind == "plan" ? ErrorKind.InputInvalid : ErrorKind.ManifestParse,
            Enumerable.Range(0, document.Length * 8), Enumerable.Range(0, document.Length));
        Assert.Equal((document.Length * 9, 0), found);
        Report(kind, document, found);
    }

    static (byte[], Func<byte[], byte[]>) Pointer(CurrentPointer pointer) =>
        (PointerCodec.Write(pointer), damaged => PointerCodec.Write(PointerCodec.Read(damaged)));

    static (byte[], Func<byte[], byte[]>) Record(RunRecord record) =>
        (RunRecordCodec.Write(record), damaged => RunRecordCodec.Write(RunRecordCodec.Read(damaged, "r")));

    static (byte[], Func<byte[], byte[]>) MarkOf<T>(T mark) where T : Annotation =>
        (AnnotationCodec.Write(mark), damaged => AnnotationCodec.Write(AnnotationCodec.Read<T>(damaged, "mark")));

    static (byte[], Func<byte[], byte[]>) PlanOf()
    {
        var plan = new CleanupPlan(1, "file:///data/snap", At, new CleanupPolicy(),
            [new CleanupItem(CleanupKind.Snapshot, "run-1", "old",
            [new CleanupObject("manifests/x/manifest", 5), new CleanupObject("shards/x", 7)])],
            [new KeptSnapshot("run-2", "manifests/y/manifest", "'_CURRENT' names it")]);
        return (Encoding.UTF8.GetBytes(plan.ToJson()),
            damaged => Encoding.UTF8.GetBytes(CleanupPlan.FromJson(Encoding.UTF8.GetString(damaged), "plan").ToJson()));
    }

    static RunRecord RunOf(string? message) => new()
    {
        RunId = "run-1",
        Status = message is null ? RunStatus.Running : RunStatus.Failed,
        StartedAt = At,
        UpdatedAt = At,
        LeaseExpiresAt = At.AddMinutes(10),
        S3Prefix = "file:///data/snap",
        WriterType = "dotnet",
        ErrorType = message is null ? null : "StorageFull",
        ErrorMessage = message is null ? null
            : "content_check: sha256: the disk is full",
        Message = message,
        Rows = message is null ? null : long.MaxValue,
        Bytes = message is null ? null : long.MaxValue,
        Host = message is null ? null : "here",
        ProcessId = message is null ? null : 7,
    };

    [Fact]
    public void FromJson_PlanWithOtherLineEnds_IsTheSamePlan()
    {
        var (document, rewrite) = PlanOf();
        var text = Encoding.UTF8.GetString(document);
        foreach (var form in new[] { text + "\n", text.ReplaceLineEndings("\r\n"), text.ReplaceLineEndings("\r\n") + "\r\n\r\n" })
            Assert.Equal(document, rewrite(Encoding.UTF8.GetBytes(form)));
    }

    [Fact]
    public void Read_DocumentsOfEarlierVersions_AreReadWithoutTheirChecksum()
    {
        foreach (var shape in Shapes().Select(row => row.Data))
        {
            var sealedOne = ManifestCodec.Write(Compose(shape));
            if (shape == "custom fields") continue; // Its text looks like several checksums; what is left would be one.
            Assert.Equal(sealedOne, ManifestCodec.Write(ManifestCodec.ReadStored(Unsealed.Of(sealedOne), "m", out var check)));
            Assert.StartsWith("sha256:", check, StringComparison.Ordinal);
        }
        var (pointer, reread) = Pointer(new CurrentPointer { ManifestRef = Ref, RunId = "run-1", UpdatedAt = At });
        Assert.Equal(pointer, reread(Unsealed.Of(pointer)));
        var (tag, rereadTag) = MarkOf<SnapshotTag>(new SnapshotTag("weekly", Ref, "run-1", At, null, "me", "here", null));
        Assert.Equal(tag, rereadTag(Unsealed.Of(tag)));
        var (record, rereadRecord) = Record(RunOf("content_check: x"));
        Assert.Equal(record, rereadRecord(Unsealed.Of(record)));
        var (plan, rereadPlan) = PlanOf();
        Assert.Equal(plan, rereadPlan(Unsealed.Of(plan)));
    }

    /// <summary>Without a checksum the numbers that decide where keys are looked for must agree with the rest.</summary>
    [Theory]
    [InlineData("dense")]
    [InlineData("sparse")]
    [InlineData("utf8 keys")]
    [InlineData("raw keys")]
    public void ReadStored_WithoutChecksum_EveryBitOfNumDbsAndDbIdIsRefused(string shape)
    {
        var document = Unsealed.Of(ManifestCodec.Write(Compose(shape)));
        var expected = ManifestCodec.Write(Compose(shape));
        var (refused, equal) = (0, 0);
        foreach (var number in Numbers().Matches(Encoding.ASCII.GetString(document)).Select(match => match.Groups[1].Success
            ? match.Groups[1] : match.Groups[2]))
        {
            for (var bit = number.Index * 8; bit < (number.Index + number.Length) * 8; bit++)
            {
                document[bit / 8] ^= (byte)(1 << (bit % 8));
                try
                {
                    Assert.Equal(expected, ManifestCodec.Write(ManifestCodec.ReadStored(document, "m", out _)));
                    equal++;
                }
                catch (ShardyFusionException error)
                {
                    Assert.Equal(ErrorKind.ManifestParse, error.Kind);
                    refused++;
                }
                document[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }
        Assert.True(refused > 0);
        output.WriteLine(
            $"counts: manifest without checksum, {shape}: {refused + equal} bits of num_dbs, db_id, attempt and key_encoding, {refused} "
                + $"refused, {equal} read as written, silently wrong: 0");
    }

    [Theory]
    [InlineData("dense")]
    [InlineData("utf8 keys")]
    public void ReadStored_WithoutChecksum_OnlyCutsThatLeaveWholeShardsGoUnseen(string shape)
    {
        var document = Unsealed.Of(ManifestCodec.Write(Compose(shape)));
        var unseen = 0;
        for (var cut = 0; cut < document.Length; cut++)
        {
            try
            {
                ManifestCodec.ReadStored(document.AsSpan(0, cut), "m", out _);
                Assert.Equal((byte)'\n', document[cut - 1]);
                unseen++;
            }
            catch (ShardyFusionException error)
            {
                Assert.Equal(ErrorKind.ManifestParse, error.Kind);
            }
        }
        // One for each shard, and those within the first one: nobody knows what fields the others had.
        Assert.True(unseen < Compose(shape).Shards.Count + 15, $"{unseen} cuts went unseen");
        output.WriteLine(
            $"counts: manifest without checksum, {shape}: {document.Length} cuts, {document.Length - unseen} refused; "
                + $"{unseen} after a whole shard or within the first, which only the pointer's manifest_check tells");
    }

    [GeneratedRegex("(?m)(?:num_dbs|db_id|^- attempt): ([0-9]+)$|key_encoding: ([a-z0-9]+)$")]
    private static partial Regex Numbers();
}
