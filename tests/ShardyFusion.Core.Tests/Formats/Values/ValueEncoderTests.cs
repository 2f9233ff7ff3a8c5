using System.Collections;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Values;

namespace ShardyFusion.Core.Tests.Formats.Values;

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
        Assert.Throws<ShardyFusionException>(() => { encoder.Encode(null); });
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
    public void Encode_Null_IsKeptByJsonAlone()
    {
        Assert.Equal("null"u8, new ValueEncoder(ValueEncoding.Json).Encode(null));
        Assert.Equal("null"u8, new ValueEncoder(ValueEncoding.Json).Encode(DBNull.Value));
        foreach (var given in (ValueEncoding?[])[ValueEncoding.Utf8, ValueEncoding.Raw, null])
        {
            var e = Assert.Throws<ShardyFusionException>(() => { new ValueEncoder(given).Encode(DBNull.Value); });
            Assert.Equal(ErrorKind.InputInvalid, e.Kind);
            Assert.Contains("value encoding json", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Encode_Scalars_AreInvariant()
    {
        var culture = Thread.CurrentThread.CurrentCulture;
        Thread.CurrentThread.CurrentCulture = System.Globalization.CultureInfo.GetCultureInfo("de-DE");
        try
        {
            Assert.Equal("[1.5,1E+20,-7,0.10,\"2026-03-14T10:30:00.5Z\",\"2026-03-14T10:30:00+02:00\",\"Monday\",null,true]",
                Json(new object?[]
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
        var value = new RowFields(["z", "a"],
            [new Hashtable { ["q"] = 1, ["b"] = new object[] { new RowFields(["Y", "X"], [1, "ä\"\n"]) } },
            new Dictionary<string, object?> { ["é"] = 1, ["e"] = 2 }]);
        Assert.Equal("""{"a":{"e":2,"é":1},"z":{"b":[{"X":"ä\"\n","Y":1}],"q":1}}""", Json(value));
        Assert.Equal("""{"a":[1,{"c":1.0,"d":2}],"b":"\u0001é"}""",
            Json(JsonNode.Parse("""{"b":"\u0001\u00e9","a":[1,{"d":2,"c":1.0}]}""")));
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
        foreach (var value in new object[] { double.NaN, float.PositiveInfinity, cycle, "\ud800", new { A = 1 },
            new RowFields(["a", "a"], [1, 2]), new RowFields(["a", "b", "a"], [1, 2, 3]) })
        {
            Assert.Equal(ErrorKind.InputInvalid, Assert.Throws<ShardyFusionException>(() => Json(value)).Kind);
        }
        var encoder = new ValueEncoder(null);
        Assert.Throws<ShardyFusionException>(() => { encoder.Encode(new RowFields(["A"], [double.NaN])); });
        Assert.Equal("""{"A":1}"""u8, encoder.Encode(new RowFields(["A"], [1])));
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

    public static TheoryData<object, string> ExactForms() => new()
    {
        { 'ä', "\"ä\"" }, { new Uri("http://h/a%20b"), "\"http://h/a%20b\"" }, { new Version(1, 2), "\"1.2\"" },
            { System.Net.IPAddress.Parse("10.0.0.1"), "\"10.0.0.1\"" },
        { new TimeOnly(9, 30), "\"09:30:00\"" }, { TimeSpan.FromMinutes(90), "\"01:30:00\"" }, { (Half)1.5, "1.5" },
        { UInt128.MaxValue, "340282366920938463463374607431768211455" },
        { ConsoleModifiers.Alt | ConsoleModifiers.Shift, "\"Alt, Shift\"" }, { new HashSet<string> { "a" }, "[\"a\"]" },
        { new Queue<int>([1, 2]), "[1,2]" }, { -0.0, "-0" },
        { new SortedList { [2] = 'x', [10] = DayOfWeek.Friday }, """{"10":"Friday","2":"x"}""" },
        { new System.Collections.Specialized.OrderedDictionary { ["b"] = 1, [""] = 2 }, """{"":2,"b":1}""" },
    };

    [Theory]
    [MemberData(nameof(ExactForms))]
    public void Encode_WhatHasAnExactForm_IsWrittenInIt(object value, string expected)
    {
        Assert.Equal(expected, Json(value));
        if (ExactValues.TextOf(value) is { } text) Assert.Equal(expected.Trim('"'), text);
    }

    public static TheoryData<object> NoExactForms() => new(
        new System.Xml.XmlDocument(), new System.Text.RegularExpressions.Regex("a.b"), new System.Security.SecureString(),
        new FileInfo("x"), typeof(int),
        System.Globalization.CultureInfo.InvariantCulture, System.Diagnostics.Process.GetCurrentProcess(), new MemoryStream(),
        (Action)(() => { }), Task.CompletedTask,
        (nint)5, new object(), new System.Data.DataTable(), new DictionaryEntry("a", 1), new KeyValuePair<string, int>("a", 1),
        new System.Numerics.Complex(1, 2),
        new int[2, 2], new StringBuilder("x"), Enumerable.Range(0, 3).Select(i => i), new Lazy<int>(1), Encoding.UTF8, TimeZoneInfo.Utc);

    [Theory]
    [MemberData(nameof(NoExactForms))]
    public void Encode_WhatHasNoExactForm_IsAnErrorWithPathTypeAndWayOut(object value)
    {
        var e = Assert.Throws<ShardyFusionException>(() =>
            Json(new RowFields(["a"], [new Hashtable { ["b"] = new object[] { 1, new object?[] { 2, null }, value } }])));
        Assert.Equal(ErrorKind.InputInvalid, e.Kind);
        Assert.Contains("$.a.b[2]", e.Message, StringComparison.Ordinal);
        Assert.Contains(value.GetType().ToString(), e.Message, StringComparison.Ordinal);
        Assert.False(string.IsNullOrEmpty(e.RecommendedAction));
        Assert.Throws<ShardyFusionException>(() => { new ValueEncoder(ValueEncoding.Utf8).Encode(value); });
    }

    [Fact]
    public void Encode_Fault_NamesWhereItIs()
    {
        Assert.Contains("$['a b'].c[1]",
            Fault(new RowFields(["first", "a b"], [1, new RowFields(["c"], [new object[] { 1, double.NaN }])])), StringComparison.Ordinal);
        Assert.Contains("$[1][0]", Fault(new object[] { 1, new object[] { "\ud800" } }), StringComparison.Ordinal);
        Assert.Contains("'1' occurs twice in the object at $.x[1]",
            Fault(new RowFields(["x"], [new object[] { 0, new Hashtable { [1] = "a", ["1"] = "b" } }])), StringComparison.Ordinal);
        Assert.Contains("name is a System.Int32[]", Fault(new Hashtable { [new[] { 1 }] = 1 }), StringComparison.Ordinal);

        static string Fault(object value) => Assert.Throws<ShardyFusionException>(() => Json(value)).Message;
    }
}
