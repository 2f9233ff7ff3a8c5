using System.Collections;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ShardyFusion.Building.Input;
using ShardyFusion.Errors;
using ShardyFusion.Manifests;
using ShardyFusion.Snapshots;

namespace ShardyFusion.Core.Tests.Building.Input;

public class ValueEncoderTests
{
    static string Json(object? value) => Encoding.UTF8.GetString(new ValueEncoder(ValueEncoding.Json).Encode(value));

    [Theory]
    [InlineData("text", ValueEncoding.Utf8)]
    [InlineData(5, ValueEncoding.Json)]
    [InlineData(new byte[] { 1 }, ValueEncoding.Raw)]
    public void Encode_FirstValue_SettlesTheEncoding(object value, ValueEncoding expected)
    {
        var encoder = new ValueEncoder(null);
        Assert.True(encoder.Encode(null).IsEmpty);
        encoder.Encode(value);
        Assert.Equal(expected, encoder.Encoding);
    }

    [Fact]
    public void Encode_OtherKindThanTheFirst_IsAnErrorThatNamesBoth()
    {
        var encoder = new ValueEncoder(null);
        encoder.Encode("text");
        var e = Assert.Throws<ShardyFusionException>(() => { encoder.Encode(5); });
        Assert.Equal(ErrorKind.InputInvalid, e.Kind);
        Assert.Contains("Int32", e.Message, StringComparison.Ordinal);
        Assert.Contains("String", e.Message, StringComparison.Ordinal);
        Assert.Contains("json", e.RecommendedAction, StringComparison.Ordinal);
        Assert.Throws<ShardyFusionException>(() => { encoder.Encode(new byte[] { 1 }); });
    }

    [Fact]
    public void Encode_EncodingGiven_ConvertsWhatLosesNothing()
    {
        Assert.Equal("ключ"u8, new ValueEncoder(ValueEncoding.Raw).Encode("ключ"));
        Assert.Equal("1.5"u8, new ValueEncoder(ValueEncoding.Utf8).Encode(1.5));
        Assert.Equal("true"u8, new ValueEncoder(ValueEncoding.Utf8).Encode(true));
        Assert.Equal("\"a\""u8, new ValueEncoder(ValueEncoding.Json).Encode("a"));
        Assert.Throws<ShardyFusionException>(() => { new ValueEncoder(ValueEncoding.Utf8).Encode(new Hashtable()); });
        Assert.Throws<ShardyFusionException>(() => { new ValueEncoder(ValueEncoding.Json).Encode(new byte[] { 1 }); });
    }

    [Fact]
    public void Encode_Null_IsEmptyOrJsonNull()
    {
        Assert.True(new ValueEncoder(ValueEncoding.Utf8).Encode(DBNull.Value).IsEmpty);
        Assert.Equal("null"u8, new ValueEncoder(ValueEncoding.Json).Encode(null));
    }

    [Fact]
    public void Encode_Scalars_AreInvariant()
    {
        var culture = Thread.CurrentThread.CurrentCulture;
        Thread.CurrentThread.CurrentCulture = System.Globalization.CultureInfo.GetCultureInfo("de-DE");
        try
        {
            Assert.Equal("[1.5,1E+20,-7,0.10,\"2026-03-14T10:30:00.5Z\",\"2026-03-14T10:30:00+02:00\",\"Monday\",null,true]", Json(new object?[]
            {
                1.5, 1e20, -7L, 0.10m, new DateTime(2026, 3, 14, 10, 30, 0, 500, DateTimeKind.Utc),
                new DateTimeOffset(2026, 3, 14, 10, 30, 0, TimeSpan.FromHours(2)), DayOfWeek.Monday, DBNull.Value, true,
            }));
            Assert.Equal("\"0f8fad5b-d9cb-469f-a165-70867728950e\"", Json(new Guid("0f8fad5b-d9cb-469f-a165-70867728950e")));
            Assert.Equal("340282366920938463463374607431768211456", Json(System.Numerics.BigInteger.Pow(2, 128)));
            Assert.Equal("\"2026-03-14\"", Json(new DateOnly(2026, 3, 14)));
        }
        finally
        {
            Thread.CurrentThread.CurrentCulture = culture;
        }
    }

    [Fact]
    public void Encode_Containers_AreSortedAtEveryLevel()
    {
        var value = new RowFields(["z", "a"], [new Hashtable { ["q"] = 1, ["b"] = new object[] { new { Y = 1, X = "ä\"\n" } } }, new Dictionary<string, object?> { ["é"] = 1, ["e"] = 2 }]);
        Assert.Equal("""{"a":{"e":2,"é":1},"z":{"b":[{"X":"ä\"\n","Y":1}],"q":1}}""", Json(value));
        Assert.Equal("""{"a":[1,{"c":1.0,"d":2}],"b":"\u0001é"}""", Json(JsonNode.Parse("""{"b":"\u0001\u00e9","a":[1,{"d":2,"c":1.0}]}""")));
        Assert.Equal("{}", Json(new Hashtable()));
        Assert.Equal("[]", Json(Array.Empty<int>()));
    }

    [Fact]
    public void Encode_NamesOutsideTheBasicPlane_SortByCodePoint() =>
        Assert.Equal("{\"\uffee\":1,\"😀\":2}", Json(new Dictionary<string, object?> { ["😀"] = 2, ["\uffee"] = 1 }));

    [Fact]
    public void Encode_WhatJsonCannotSay_IsAnError()
    {
        object[] cycle = new object[1];
        cycle[0] = cycle;
        foreach (var value in new object[] { double.NaN, float.PositiveInfinity, cycle, "\ud800", new { Broken = (Func<int>)(() => 1) }, new Faulty(),
            new RowFields(["a", "a"], [1, 2]), new RowFields(["a", "b", "a"], [1, 2, 3]) })
        {
            Assert.Equal(ErrorKind.InputInvalid, Assert.Throws<ShardyFusionException>(() => Json(value)).Kind);
        }
        var encoder = new ValueEncoder(null);
        Assert.Throws<ShardyFusionException>(() => { encoder.Encode(new { A = double.NaN }); });
        Assert.Equal("""{"A":1}"""u8, encoder.Encode(new { A = 1 }));
    }

    [Fact]
    public void Encode_RandomTrees_ParseBackToTheSameTree()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var i = 0; i < 300; i++)
        {
            var tree = RandomTree(random, 4);
            var text = Json(tree);
            Assert.True(JsonNode.DeepEquals(tree, JsonNode.Parse(text)), $"seed {seed}: {text}");
            using var document = JsonDocument.Parse(text);
            Assert.True(IsSorted(document.RootElement), $"seed {seed}: {text}");
        }
    }

    static JsonNode? RandomTree(Random random, int depth)
    {
        switch (random.Next(depth > 0 ? 6 : 4))
        {
            case 0: return random.Next();
            case 1: return random.Next(2) == 0;
            case 2: return null;
            case 3: return RandomText(random);
            case 4: return new JsonArray([.. Enumerable.Range(0, random.Next(5)).Select(_ => RandomTree(random, depth - 1))]);
            default:
                var map = new JsonObject();
                for (var i = random.Next(8); i > 0; i--) map[RandomText(random)] = RandomTree(random, depth - 1);
                return map;
        }
    }

    static string RandomText(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => new Rune(random.Next(4) switch
        {
            0 => random.Next(0x20),
            1 => "\"\\/"[random.Next(3)],
            2 => random.Next(0x20, 0x7f),
            _ => 0x1f600 + random.Next(64),
        }).ToString()));

    static bool IsSorted(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().All(IsSorted),
        JsonValueKind.Object => element.EnumerateObject().Select(p => Encoding.UTF8.GetBytes(p.Name)).ToArray() is var names
            && Enumerable.Range(1, Math.Max(0, names.Length - 1)).All(i => names[i - 1].AsSpan().SequenceCompareTo(names[i]) < 0)
            && element.EnumerateObject().All(p => IsSorted(p.Value)),
        _ => true,
    };

    sealed class Faulty
    {
        public int Value => throw new InvalidOperationException("no");
    }
}
