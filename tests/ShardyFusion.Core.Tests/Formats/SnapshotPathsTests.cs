using ShardyFusion.Errors;
using ShardyFusion.Formats;

namespace ShardyFusion.Core.Tests.Formats;

public class SnapshotPathsTests
{
    static readonly DateTimeOffset wholeSecond = new(2026, 3, 14, 10, 30, 0, TimeSpan.Zero);
    static readonly DateTimeOffset withMicroseconds = wholeSecond.AddTicks(1_234_567);

    [Fact]
    public void Keys_OfARun_FollowTheLayout()
    {
        Assert.Equal("manifests/2026-03-14T10:30:00.000000Z_run_id=abc123/manifest", SnapshotPaths.ManifestKey(wholeSecond, "abc123"));
        Assert.Equal("shards/run_id=abc123/db=00000/attempt=00", SnapshotPaths.AttemptKey("abc123", 0, 0));
        Assert.Equal("shards/run_id=abc123/db=123456/attempt=100", SnapshotPaths.AttemptKey("abc123", 123_456, 100));
        Assert.Equal("shards/run_id=abc123/db=00000/attempt=00/shard.sst",
            SnapshotPaths.ShardKey(SnapshotPaths.AttemptKey("abc123", 0, 0)));
        Assert.Equal("shards/run_id=abc123/", SnapshotPaths.RunShardsPrefix("abc123"));
        Assert.Equal("runs/2026-03-14T10:30:00.123456Z_run_id=abc123_00112233445566778899aabbccddeeff/run.yaml",
            SnapshotPaths.RunRecordKey(withMicroseconds, "abc123", Guid.Parse("00112233-4455-6677-8899-aabbccddeeff")));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("a:b")]
    [InlineData("ключ")]
    [InlineData("a\n")]
    [InlineData(null)]
    public void RunId_OutsideTheAlphabet_IsRefusedEverywhere(string? runId)
    {
        Assert.False(SnapshotPaths.IsValidRunId(runId));
        foreach (var use in new Action[]
        {
            () => SnapshotPaths.ManifestKey(wholeSecond, runId!), () => SnapshotPaths.AttemptKey(runId!, 0, 0),
            () => SnapshotPaths.RunRecordKey(wholeSecond, runId!, Guid.Empty), () => SnapshotPaths.RunShardsPrefix(runId!),
        })
            Assert.Equal(ErrorKind.ConfigValidation, Assert.Throws<ShardyFusionException>(use).Kind);
    }

    [Fact]
    public void RunId_Length_IsAtMost128()
    {
        Assert.True(SnapshotPaths.IsValidRunId(new string('a', 128)));
        Assert.False(SnapshotPaths.IsValidRunId(new string('a', 129)));
        Assert.True(SnapshotPaths.IsValidRunId("Nightly-2026.11_b"));
        Assert.True(SnapshotPaths.IsValidRunId("1e5"));
        Assert.True(SnapshotPaths.IsValidRunId("..."));
    }

    [Fact]
    public void TryParseManifestFolder_OwnKey_ParsesBack()
    {
        var key = SnapshotPaths.ManifestKey(withMicroseconds, "a_run_id=b".Replace('=', '-'));

        Assert.True(SnapshotPaths.TryParseManifestFolder(key.Split('/')[1] + "/", out var folder));
        Assert.Equal("a_run_id-b", folder.RunId);
        Assert.Equal(SnapshotTime.ToMicroseconds(withMicroseconds), folder.PublishedAt);
        Assert.Equal(key, folder.ManifestKey);
    }

    [Theory]
    [InlineData("2026-03-14T10:30:00Z_run_id=a/")]
    [InlineData("2026-03-14T10:30:00.123Z_run_id=a/")]
    [InlineData("2026-13-14T10:30:00.123456Z_run_id=a/")]
    [InlineData("2026-02-30T10:30:00.123456Z_run_id=a/")]
    [InlineData("2026-03-14T10:30:00.123456Z_run_id=/")]
    [InlineData("2026-03-14T10:30:00.123456Z_run_id=a/b/")]
    [InlineData("2026-03-14T10:30:00.123456Z_runid=a/")]
    [InlineData("x2026-03-14T10:30:00.123456Z_run_id=a/")]
    [InlineData("2026-03-14t10:30:00.123456Z_run_id=a/")]
    [InlineData("latest/")]
    [InlineData("/")]
    [InlineData("")]
    public void TryParseManifestFolder_OtherNames_AreNoHistory(string name) =>
        Assert.False(SnapshotPaths.TryParseManifestFolder(name, out _));

    [Theory]
    [InlineData("2026-11-21T05:36:17.605067Z_run_id=fb9c_024b7bf95a9d4a23afba6716eab91668/", "fb9c")]
    [InlineData("2026-11-21T05:36:17.605067Z_run_id=a_b_024b7bf95a9d4a23afba6716eab91668", "a_b")]
    public void TryParseRunFolder_RunRecords_GiveTheRunId(string name, string expected)
    {
        Assert.True(SnapshotPaths.TryParseRunFolder(name, out var startedAt, out var runId));
        Assert.Equal(expected, runId);
        Assert.Equal(2026, startedAt.Year);
        Assert.False(SnapshotPaths.TryParseRunFolder(name.Replace("024b", "zzzz", StringComparison.Ordinal), out _, out _));
        Assert.False(SnapshotPaths.TryParseRunFolder(name.Replace("_024b", "024b", StringComparison.Ordinal), out _, out _));
    }

    [Theory]
    [InlineData("s3://bucket/prefix/manifests/2026-03-14T10:30:00.123456Z_run_id=abc/manifest",
        "manifests/2026-03-14T10:30:00.123456Z_run_id=abc/manifest")]
    [InlineData("file:///data/snap/manifests/x/manifest", "manifests/x/manifest")]
    [InlineData("s3://b/manifests/old/manifests/x/manifest", "manifests/x/manifest")]
    [InlineData("mem://manifests/run_id=x/manifest", "manifests/run_id=x/manifest")]
    [InlineData("manifests/x/manifest", "manifests/x/manifest")]
    public void TryGetManifestKey_ARef_GivesTheKey(string reference, string expected)
    {
        Assert.True(SnapshotPaths.TryGetManifestKey(reference, out var key));
        Assert.Equal(expected, key);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("manifest")]
    [InlineData("/manifest")]
    [InlineData("x/manifest")]
    [InlineData("manifests/manifest")]
    [InlineData("manifests//manifest")]
    [InlineData("s3://b/manifests/../manifest")]
    [InlineData("s3://b/manifests/./manifest")]
    [InlineData("s3://b/manifests/..\\..\\x/manifest")]
    [InlineData("s3://b/manifests/a\nb/manifest")]
    [InlineData("s3://b/manifests/x/manifest/")]
    [InlineData("s3://b/manifests/x/manifest.yaml")]
    [InlineData("s3://b/old-manifests/x/manifest")]
    [InlineData("s3://b/manifests/x/y/manifest")]
    [InlineData("run_id=abc")]
    public void TryGetManifestKey_AnythingElse_IsRefused(string? reference)
    {
        Assert.False(SnapshotPaths.TryGetManifestKey(reference, out var key));
        Assert.Equal("", key);
    }

    [Theory]
    [InlineData("s3://b/p", "s3://b/p/shards/x", "shards/x")]
    [InlineData("s3://b/p/", "s3://b/p/shards/x", "shards/x")]
    [InlineData("file:///C:/d", "file:///C:/d/x", "x")]
    public void TryGetKeyBelow_ARefBelowTheRoot_GivesTheKey(string root, string reference, string expected)
    {
        Assert.True(SnapshotPaths.TryGetKeyBelow(root, reference, out var key));
        Assert.Equal(expected, key);
        Assert.Equal(reference, SnapshotPaths.ToRef(root, key));
    }

    [Theory]
    [InlineData("s3://b/p", "s3://b/p")]
    [InlineData("s3://b/p", "s3://b/p/")]
    [InlineData("s3://b/p", "s3://b/px/y")]
    [InlineData("s3://b/p", "s3://B/p/y")]
    [InlineData("s3://b/p", "s3://b/p/../y")]
    [InlineData("s3://b/p", "s3://b/p/a//y")]
    [InlineData("s3://b/p", "s3://b/p/a/..")]
    [InlineData("s3://b/p", "s3://b/p/a\\..\\y")]
    [InlineData("s3://b/p", "")]
    public void TryGetKeyBelow_ARefElsewhere_IsRefused(string root, string reference) =>
        Assert.False(SnapshotPaths.TryGetKeyBelow(root, reference, out _));

    [Fact]
    public void Timestamps_InNamesAndFields_DifferOnlyInAZeroFraction()
    {
        Assert.Equal("2026-03-14T10:30:00.000000Z", SnapshotTime.FormatName(wholeSecond));
        Assert.Equal("2026-03-14T10:30:00Z", SnapshotTime.FormatField(wholeSecond));
        Assert.Equal("2026-03-14T10:30:00.123456Z", SnapshotTime.FormatName(withMicroseconds));
        Assert.Equal("2026-03-14T10:30:00.123456Z", SnapshotTime.FormatField(withMicroseconds));
        Assert.Equal("2026-03-14T10:30:00Z", SnapshotTime.FormatField(wholeSecond.AddTicks(9)));
        Assert.Equal("2026-03-14T10:30:00Z", SnapshotTime.FormatField(wholeSecond.ToOffset(TimeSpan.FromHours(5))));
    }

    [Fact]
    public void Timestamps_Random_ParseBack()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < 1_000; i++)
        {
            var time = SnapshotTime.ToMicroseconds(new DateTimeOffset(random.NextInt64(DateTime.MaxValue.Ticks), TimeSpan.Zero));
            Assert.True(SnapshotTime.TryParseName(SnapshotTime.FormatName(time), out var fromName));
            Assert.True(SnapshotTime.TryParseField(SnapshotTime.FormatField(time), out var fromField));
            Assert.Equal(time, fromName);
            Assert.Equal(time, fromField);
        }
    }

    [Fact]
    public void Timestamps_UnderAnotherCulture_StayInvariant()
    {
        var culture = System.Globalization.CultureInfo.CurrentCulture;
        try
        {
            System.Globalization.CultureInfo.CurrentCulture = new System.Globalization.CultureInfo("ar-SA");
            Assert.Equal("2026-03-14T10:30:00.123456Z", SnapshotTime.FormatName(withMicroseconds));
            Assert.Equal("shards/run_id=a/db=00012/attempt=03", SnapshotPaths.AttemptKey("a", 12, 3));
        }
        finally
        {
            System.Globalization.CultureInfo.CurrentCulture = culture;
        }
    }
}
