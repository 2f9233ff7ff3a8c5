using System.Text;
using ShardyFusion.Formats;
using ShardyFusion.Publishing.Guards;
using ShardyFusion.Reading;

namespace ShardyFusion.Core.Tests.Publishing.Guards;

/// <summary>Keys and the values they must have.</summary>
public sealed class CanaryTests : IDisposable
{
    readonly SnapshotFixture snapshots = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => snapshots.Dispose();

    public static TheoryData<string, ValueEncoding?, object?, bool> Values => new()
    {
        { "text", ValueEncoding.Utf8, "text", true },
        { "text", ValueEncoding.Utf8, "Text", false },
        { "text", ValueEncoding.Utf8, null, true },
        { "42", ValueEncoding.Utf8, 42, true },
        { "text", ValueEncoding.Raw, "text", true },
        { "text", null, "text", true },
        { "text", ValueEncoding.Raw, Encoding.UTF8.GetBytes("text"), true },
        { "text", ValueEncoding.Raw, new byte[] { 1 }, false },
        { """{"a":1,"b":"x"}""", ValueEncoding.Json, """{ "b": "x", "a": 1.0 }""", true },
        { """{"a":1,"b":"x"}""", ValueEncoding.Json, new Dictionary<string, object?> { ["b"] = "x", ["a"] = 1 }, true },
        { """{"a":1,"b":"x"}""", ValueEncoding.Json, new Dictionary<string, object?> { ["a"] = 1 }, false },
        { "\"text\"", ValueEncoding.Json, "text", true },
        { "7", ValueEncoding.Json, 7, true },
        { "not json", ValueEncoding.Json, "x", false },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Matches_StoredAgainstExpected(string stored, ValueEncoding? encoding, object? expected, bool matches) =>
        Assert.Equal(matches, CanaryCheck.Matches(Encoding.UTF8.GetBytes(stored), encoding, expected));

    [Fact]
    public async Task Run_SomeWrong_NamesTheKeysAndNoValue()
    {
        snapshots.Add("a", 1, SnapshotFixture.Rows(10, "secret"));
        await using var reader = await snapshots.Open().OpenReaderAsync(new ReaderOptions(), Token);
        var (passed, detail) = await CanaryCheck.RunAsync(reader, [new(1, "secret:1"), new("2", null), new(3, "other"), new(99, null),
            new("nope", null)], Token);
        Assert.False(passed);
        Assert.StartsWith("3 of 5 keys are not as expected: key '3' has another value; key '99' is not there; key 'nope' cannot be read",
            detail, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", detail, StringComparison.Ordinal);
        Assert.True((await CanaryCheck.RunAsync(reader, [new(1, "secret:1")], Token)).Passed);
    }
}
