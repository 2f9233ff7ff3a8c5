using System.Text;
using ShardyFusion.Errors;
using ShardyFusion.Formats;

namespace ShardyFusion.Core.Tests.Formats;

public class PointerCodecTests
{
    const string Valid = """{"format_version":1,"manifest_content_type":"application/x-yaml","manifest_ref":"s3://b/p/"""
        + """manifests/x/manifest","run_id":"x","updated_at":"2026-03-14T10:30:00Z"}""";

    static CurrentPointer Read(string text) => PointerCodec.Read(Encoding.UTF8.GetBytes(text));

    [Theory]
    [InlineData("\"format_version\":1", "\"format_version\":2", "format_version")]
    [InlineData("\"format_version\":1", "\"format_version\":\"1\"", "format_version")]
    [InlineData("\"format_version\":1,", "", "format_version")]
    [InlineData("s3://b/p/manifests/x/manifest", "s3://b/p/run_id=x", "manifest_ref")]
    [InlineData("s3://b/p/manifests/x/manifest", "s3://b/p/manifests/../manifest", "manifest_ref")]
    [InlineData("\"s3://b/p/manifests/x/manifest\"", "null", "manifest_ref")]
    [InlineData("\"run_id\":\"x\"", "\"run_id\":5", "run_id")]
    [InlineData("2026-03-14T10:30:00Z", "now", "updated_at")]
    [InlineData("\"run_id\"", "\"format_version\":1,\"run_id\"", "format_version")]
    public void Read_OneWrongField_NamesIt(string before, string after, string field)
    {
        Assert.Contains(before, Valid, StringComparison.Ordinal);

        var refused = Assert.Throws<ShardyFusionException>(() => Read(Valid.Replace(before, after, StringComparison.Ordinal)));

        Assert.Equal(ErrorKind.ManifestParse, refused.Kind);
        Assert.Contains($": {field}:", refused.Message, StringComparison.Ordinal);
        Assert.Contains(SnapshotPaths.CurrentKey, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("\0")]
    public void Read_NoPointer_IsRefused(string text) =>
        Assert.Equal(ErrorKind.ManifestParse, Assert.Throws<ShardyFusionException>(() => Read(text)).Kind);

    [Fact]
    public void Read_OversizedPointer_IsRefused() => Assert.Contains("limit",
        Assert.Throws<ShardyFusionException>(() => Read(Valid + new string(' ', (int)PointerCodec.MaxBytes))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Read_IndentedWithUnknownFields_IsAccepted()
    {
        var pointer = Read("\n{ \"tags\": [1, {\"a\": 2}],\n" + Valid[1..].Replace(",", ",\n  ", StringComparison.Ordinal) + "\n");

        Assert.Equal(Valid, Golden.Unsealed.TextOf(PointerCodec.Write(pointer)));
    }

    [Fact]
    public void Write_UnusualText_IsAsciiAndReadsBack()
    {
        var pointer = new CurrentPointer
        {
            ManifestRef = "file:///d/ключ \"a\\b\" 😀/\u007f/manifests/x/manifest",
            RunId = "x",
            UpdatedAt = DateTimeOffset.UnixEpoch,
        };

        var written = PointerCodec.Write(pointer);

        Assert.Contains("/\\u043a\\u043b\\u044e\\u0447 \\\"a\\\\b\\\" \\ud83d\\ude00/\u007f/", Encoding.ASCII.GetString(written),
            StringComparison.Ordinal);
        Assert.Equal(pointer, PointerCodec.Read(written));
    }

    [Fact]
    public void Write_RefThatNamesNoManifest_IsRefused() => Assert.Equal(ErrorKind.ManifestBuild, Assert.Throws<ShardyFusionException>(
        () => PointerCodec.Write(Read(Valid) with { ManifestRef = "s3://b/p/shards/x" })).Kind);
}
