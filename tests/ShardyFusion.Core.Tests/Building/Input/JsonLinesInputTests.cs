using ShardyFusion.Building.Input;
using ShardyFusion.Formats;

namespace ShardyFusion.Core.Tests.Building.Input;

public class JsonLinesInputTests
{
    static Task<List<RowRecorder.Row>> Read(string text, string[]? values = null, int chunkBytes = 1 << 16,
        ValueEncoding? encoding = null) =>
        RowRecorder.ReadAsync(text, InputFormat.JsonLines, values: values, chunkBytes: chunkBytes, encoding: encoding);

    [Fact]
    public async Task JsonLines_AllFields_ComeSortedAtEveryLevel()
    {
        var rows = await Read("""{"z":1.50,"id":"k","a":{"y":[{"d":1,"c":null}],"b":true}}""" + "\r\n");
        var row = Assert.Single(rows);
        Assert.Equal("k", row.Key);
        Assert.Equal("""{"a":{"b":true,"y":[{"c":null,"d":1}]},"z":1.50}""", row.Value);
    }

    [Fact]
    public async Task JsonLines_KeyKinds_TextAndIntegerStayApart()
    {
        var rows = await Read("{\"id\":\"42\",\"v\":1}\n\n{\"id\":42,\"v\":1}\n{\"v\":2,\"id\":-9223372036854775808}", chunkBytes: 4);
        Assert.Equal([("42", false), ("42", true), ("-9223372036854775808", true)], rows.Select(r => (r.Key, r.IsInteger)));
    }

    [Fact]
    public async Task JsonLines_OneField_GivesTextOrItsJson()
    {
        var rows = await Read(
            """
            {"id":1,"v":"a\"\u00e9\n"}
            {"id":2,"v":42}
            {"id":3,"v":{"b":1,"a":"x"}}
            """, ["v"]);
        Assert.Equal(["a\"é\n", "42", """{"a":"x","b":1}"""], rows.Select(r => r.Value));
    }

    [Fact]
    public async Task JsonLines_OneFieldAsJson_KeepsItsKind()
    {
        var rows = await Read("""{"id":1,"v":"a\/é\u0001"}""" + "\n{\"id\":2,\"v\":null}\n", ["v"], encoding: ValueEncoding.Json);
        Assert.Equal(["\"a/é\\u0001\"", "null"], rows.Select(r => r.Value));
    }

    [Fact]
    public async Task JsonLines_SeveralFields_LeaveTheOthersOut()
    {
        var rows = await Read("""{"id":1,"c":3,"b":2,"a":1}""", ["c", "a"]);
        Assert.Equal("""{"a":1,"c":3}""", Assert.Single(rows).Value);
    }

    [Fact]
    public async Task JsonLines_KeyAmongTheValues_IsInBoth()
    {
        var rows = await Read("""{"id":1,"c":3}""", ["id", "c"]);
        Assert.Equal(("1", """{"c":3,"id":1}"""), (rows[0].Key, rows[0].Value));
    }

    [Theory]
    [InlineData("""{"v":1}""", "no field 'id'")]
    [InlineData("""{"id":null,"v":1}""", "JSON null")]
    [InlineData("""{"id":true,"v":1}""", "JSON Boolean")]
    [InlineData("""{"id":1.5,"v":1}""", "1.5 is not an integer")]
    [InlineData("""{"id":9223372036854775808,"v":1}""", "9223372036854775808 is not an integer")]
    [InlineData("""{"id":1,"id":2,"v":1}""", "'id' twice")]
    [InlineData("""{"id":1,"v":1,"v":1}""", "'v' occurs twice")]
    [InlineData("""{"id":1,"v":{"x":1,"y":1,"x":2}}""", "'x' occurs twice")]
    [InlineData("[1]", "JSON array, not an object")]
    [InlineData("{\"id\":1,", "does not end on its line")]
    [InlineData("{\"id\":1,\"v\":[{\"a\":2}", "does not end on its line")]
    [InlineData("{\"id\":1}\r{\"id\":2}", "carriage return")]
    [InlineData("{\"id\":1} {\"id\":2}", "not one JSON object")]
    [InlineData("nonsense", "not one JSON object")]
    [InlineData("""{"id":"\ud800","v":1}""", "surrogate")]
    public async Task JsonLines_FaultyRow_IsRejectedAlone(string line, string reason)
    {
        var rows = await Read($"{{\"id\":\"a\",\"v\":1}}\n{line}\n{{\"id\":\"b\",\"v\":2}}\n");
        Assert.Equal(["a", "b"], rows.Where(r => r.Fault is null).Select(r => r.Key));
        Assert.Contains(reason, rows[1].Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task JsonLines_NamedFieldMissing_IsRejected()
    {
        var rows = await Read("""{"id":1,"a":1}""", ["a", "b"]);
        Assert.Equal("It has no field 'b'.", Assert.Single(rows).Fault);
    }

    [Fact]
    public async Task JsonLines_TooDeep_IsRejected()
    {
        var rows = await Read($"{{\"id\":1,\"v\":{new string('[', 40)}{new string(']', 40)}}}\n{{\"id\":2,\"v\":{new string('[', 5000)}\n");
        Assert.All(rows, r => Assert.NotNull(r.Fault));
        Assert.Contains("32 levels", rows[0].Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task JsonLines_InvalidUtf8_RejectsOnlyItsRow()
    {
        var rows = await RowRecorder.ReadAsync([.. "{\"id\":1,\"v\":\""u8, 0xc3, .. "\"}\n{\"id\":2,\"v\":\"x\"}\n"u8],
            InputFormat.JsonLines, values: ["v"]);
        Assert.Equal([true, false], rows.Select(r => r.Fault is not null));
    }
}
