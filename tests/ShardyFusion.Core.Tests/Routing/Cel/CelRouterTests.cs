using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using ShardyFusion.Errors;
using ShardyFusion.Routing;
using ShardyFusion.Routing.Cel;

namespace ShardyFusion.Core.Tests.Routing.Cel;

public class CelRouterTests
{
    static CelRouter Router(string expression, int shards, KeyEncoding encoding, params (string Name, CelType Type)[] columns) =>
        new CelSharding
        {
            Expression = expression,
            Columns = columns.ToDictionary(column => column.Name, column => column.Type),
        }.CreateRouter(shards, encoding);

    static string Refusal(Action action)
    {
        var refusal = Assert.ThrowsAny<ShardyFusionException>(action);
        Assert.Equal(ErrorKind.ConfigValidation, refusal.Kind);
        return refusal.Message;
    }

    static byte[] Canonical(long key)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, key);
        return bytes;
    }

    [Fact]
    public void Route_HashOfTheKey_IsTheHashRoutersShard()
    {
        var byExpression = Router("shard_hash(key) % 12u", 12, KeyEncoding.U64BE, ("key", CelType.Int));
        var byHash = ShardRouter.ForHash(12, KeyEncoding.U64BE);
        for (var key = 0L; key < 1000; key++)
        {
            Assert.Equal(byHash.Route(key), byExpression.Route(key));
            Assert.Equal(byHash.Route(key), byExpression.Route(Canonical(key)));
        }
        Assert.Empty(byExpression.OtherColumns);
    }

    [Theory]
    [InlineData(KeyEncoding.U64BE, "int")]
    [InlineData(KeyEncoding.U32BE, "uint")]
    [InlineData(KeyEncoding.Utf8, "string")]
    [InlineData(KeyEncoding.Raw, "bytes")]
    [InlineData(KeyEncoding.Raw, "string")]
    public void RouteStored_AnyEncoding_ReadsTheKey(KeyEncoding encoding, string typeName)
    {
        var type = CelGolden.Type(typeName);
        var router = Router("shard_hash(key) % 7u", 7, encoding, ("key", type));
        var byHash = ShardRouter.ForHash(7, encoding);
        for (var key = 0; key < 100; key++)
        {
            var stored = KeyCodec.For(encoding).Encode(encoding == KeyEncoding.Raw ? Encoding.UTF8.GetBytes($"{key}") : key);
            Assert.Equal(byHash.RouteStored(stored), router.RouteStored(stored));
        }
    }

    [Theory]
    [InlineData(KeyEncoding.U64BE, "string")]
    [InlineData(KeyEncoding.U64BE, "bool")]
    [InlineData(KeyEncoding.Utf8, "int")]
    [InlineData(KeyEncoding.Utf8, "bytes")]
    [InlineData(KeyEncoding.Raw, "double")]
    public void CreateRouter_KeyOfAnotherType_IsRefusedAndSaysWhatToDeclare(KeyEncoding encoding, string typeName) =>
        Assert.Contains("declare it", Refusal(() => Router("key == key ? 0 : 1", 2, encoding, ("key", CelGolden.Type(typeName)))),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("0 - key", 1)]
    [InlineData("key + 8", 0)]
    [InlineData("string(key + 8)", 0)]
    [InlineData("'x' + string(key)", 1)]
    [InlineData("'+' + string(key)", 1)]
    [InlineData("' 1'", 1)]
    [InlineData("'٣'", 1)]
    [InlineData("'1_0'", 1)]
    [InlineData("''", 1)]
    [InlineData("'9999999999999999999999'", 1)]
    [InlineData("7 / (key - 5)", 5)]
    [InlineData("shard_hash(uint(key)) % 8u + 18446744073709551615u", 1)]
    public void Route_NumberThatNoShardHas_IsAnErrorOfThisKey(string expression, long key)
    {
        var router = Router(expression, 8, KeyEncoding.U64BE, ("key", CelType.Int));
        var error = Assert.Throws<ShardyFusionException>(() => router.Route(key));
        Assert.Equal(ErrorKind.ShardAssignment, error.Kind);
        Assert.Contains($"The key {key} has no shard", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'007'", 7)]
    [InlineData("bytes(string(key))", 3)]
    [InlineData("key > 2", 1)]
    [InlineData("uint(key)", 3)]
    public void Route_TextBytesAndTruth_AreNumbersToo(string expression, int expected) =>
        Assert.Equal(expected, Router(expression, 8, KeyEncoding.U64BE, ("key", CelType.Int)).Route(3));

    [Fact]
    public void Route_RawKeyThatIsNoText_IsAnErrorWhereTextIsWanted()
    {
        var router = Router("size(key)", 8, KeyEncoding.Raw, ("key", CelType.String));
        Assert.Equal(2, router.Route("éa"u8));
        Assert.Contains("0xff", Assert.Throws<ShardyFusionException>(() => router.Route([0xff])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Route_TextWithNul_IsNotCut()
    {
        var router = Router("size(key)", 8, KeyEncoding.Utf8, ("key", CelType.String));
        Assert.Equal(3, router.Route("a\0b"u8));
    }

    [Fact]
    public void TryRoute_OtherColumns_TakesThemFromTheRow()
    {
        var router = Router("shard_hash(region + ':' + string(key)) % 8u", 8, KeyEncoding.U64BE, ("key", CelType.Int),
            ("region", CelType.String), ("unused", CelType.Int));
        Assert.Equal(["region"], router.OtherColumns);
        var columns = router.CreateColumns();
        columns.Set(columns.SlotOf("region"), "eu");
        Assert.True(router.TryRoute(Canonical(7), columns, out var dbId, out var reason));
        Assert.Null(reason);
        Assert.Equal(7, dbId);

        columns.Clear();
        Assert.False(router.TryRoute(Canonical(7), columns, out _, out reason));
        Assert.Equal("the column 'region' has no value", reason);
        var error = Assert.Throws<ShardyFusionException>(() => router.Route(7));
        Assert.Contains("'region'", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("unused", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRoute_ColumnsSetInEveryWay_AreTheSame()
    {
        var router = Router("shard_hash(s + string(n) + string(d)) % 1000u", 1000, KeyEncoding.U64BE, ("s", CelType.String),
            ("n", CelType.Int), ("d", CelType.Double));
        var ids = new HashSet<int>();
        Action<CelColumns>[] ways =
        [
            columns => Fill(columns, "naïve", 12, 1.5),
            columns => Fill(columns, "naïve"u8.ToArray(), (byte)12, 1.5m),
            columns => Fill(columns, (ReadOnlyMemory<byte>)"naïve"u8.ToArray(), new BigInteger(12), 1.5f),
            columns =>
            {
                columns.SetFromText(0, "naïve"u8);
                columns.SetFromText(1, "12"u8);
                columns.SetFromText(2, "15e-1"u8);
            },
            columns =>
            {
                columns.SetText(0, "xnaïvex"u8.ToArray(), 1, 6);
                columns.SetInteger(1, 12);
                columns.SetFromText(2, "1.5"u8);
            },
        ];
        foreach (var way in ways)
        {
            var columns = router.CreateColumns();
            way(columns);
            Assert.True(router.TryRoute(Canonical(0), columns, out var dbId, out var reason), reason);
            ids.Add(dbId);
        }
        Assert.Single(ids);

        static void Fill(CelColumns columns, params object[] values)
        {
            for (var slot = 0; slot < values.Length; slot++) columns.Set(slot, values[slot]);
        }
    }

    [Theory]
    [InlineData("int", "+1")]
    [InlineData("int", "1.0")]
    [InlineData("int", " 1")]
    [InlineData("int", "")]
    [InlineData("int", "9223372036854775808")]
    [InlineData("uint", "-0")]
    [InlineData("uint", "18446744073709551616")]
    [InlineData("double", "1e")]
    [InlineData("double", "Infinity")]
    [InlineData("double", "0x1")]
    [InlineData("bool", "True")]
    [InlineData("bool", "1")]
    public void SetFromText_TextOfAnotherForm_IsAFaultOfTheColumnOnlyWhereItIsRead(string typeName, string text)
    {
        var type = CelGolden.Type(typeName);
        var router = Router("key == 1 ? 0 : c == c ? 1 : 2", 3, KeyEncoding.U64BE, ("c", type), ("key", CelType.Int));
        var columns = router.CreateColumns();
        columns.SetFromText(columns.SlotOf("c"), Encoding.UTF8.GetBytes(text));
        Assert.True(router.TryRoute(Canonical(1), columns, out _, out _));
        Assert.False(router.TryRoute(Canonical(2), columns, out _, out var reason));
        Assert.Contains($"the column 'c' is {type.StorageName()}", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Set_HalfACharacterOrNoUtf8_IsAFault()
    {
        var router = Router("size(s)", 10, KeyEncoding.U64BE, ("s", CelType.String));
        foreach (var (value, part) in ((object, string)[])[("\ud83d", "half a character"), (new byte[] { 0xc3 }, "not valid UTF-8"),
            (5, "is string")])
        {
            var columns = router.CreateColumns();
            columns.Set(0, value);
            Assert.False(router.TryRoute(Canonical(2), columns, out _, out var reason));
            Assert.Contains(part, reason, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("key", "integers")]
    [InlineData("double(key)", "double")]
    [InlineData("bytes(string(key))", "integers")]
    [InlineData("string(key)", "integers")]
    public void CreateRouter_BoundariesOfAnotherType_AreRefused(string expression, string part)
    {
        object?[] boundaries = expression == "key" ? ["a", "b"] : [1, 2];
        var sharding = new CelSharding
        {
            Expression = expression,
            Columns = new Dictionary<string, CelType> { ["key"] = CelType.Int },
            Boundaries = boundaries
        };
        Assert.Contains(expression == "key" ? "text" : part, Refusal(() => sharding.CreateRouter(3, KeyEncoding.U64BE)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Route_Ranges_EqualGoesRight()
    {
        var router = CelSharding.ByRanges(CelType.Int, [10, 20L, new BigInteger(30), BigInteger.Pow(10, 60)]).CreateRouter(5,
            KeyEncoding.U64BE);
        Assert.Equal([0, 0, 1, 1, 2, 3, 3], ((long[])[0, 9, 10, 19, 20, 30, long.MaxValue]).Select(router.Route));
        var texts = CelSharding.ByRanges(CelType.String, ["m", "\ue000", "😀"]).CreateRouter(4, KeyEncoding.Utf8);
        Assert.Equal([0, 1, 2, 3, 3],
            ((string[])["lz", "m", "\uffff", "😀", "😀a"]).Select(key => texts.Route(Encoding.UTF8.GetBytes(key))));
        var bytes = CelSharding.ByRanges(CelType.Bytes, [new byte[] { 0x7f }, new byte[] { 0x80, 0 }]).CreateRouter(3, KeyEncoding.Raw);
        Assert.Equal([0, 1, 1, 2], ((byte[][])[[0x7e, 0xff], [0x7f], [0x80], [0x80, 0]]).Select(key => bytes.Route(key)));
        // A manifest has text where bytes were.
        var asText = new CelSharding
        {
            Expression = "key",
            Columns = new Dictionary<string, CelType> { ["key"] = CelType.Bytes },
            Boundaries = ["é"]
        };
        Assert.Equal(1, asText.CreateRouter(2, KeyEncoding.Raw).Route([0xc3, 0xa9]));
    }

    [Fact]
    public void Route_RangeBeyondTheShards_IsAnError()
    {
        var router = CelSharding.ByRanges(CelType.Int, [10, 20]).CreateRouter(2, KeyEncoding.U64BE);
        Assert.Equal(1, router.Route(15));
        Assert.Throws<ShardyFusionException>(() => router.Route(20));
    }

    [Fact]
    public void CreateRouter_RoutingValues_MatchExactly()
    {
        var sharding = new CelSharding
        {
            Expression = "key % 10",
            Columns = new Dictionary<string, CelType> { ["key"] = CelType.Int },
            RoutingValues = [3, 0, 7]
        };
        var router = sharding.CreateRouter(3, KeyEncoding.U64BE);
        Assert.Equal([0, 1, 2], ((long[])[13, 20, 7]).Select(router.Route));
        Assert.Contains("no shard has the value", Assert.Throws<ShardyFusionException>(() => router.Route(1)).Message,
            StringComparison.Ordinal);
        Assert.Contains("twice", Refusal(() => (sharding with { RoutingValues = [3, 3L] }).CreateRouter(2, KeyEncoding.U64BE)),
            StringComparison.Ordinal);
        Assert.Contains("one type", Refusal(() => (sharding with { RoutingValues = [3, "3"] }).CreateRouter(2, KeyEncoding.U64BE)),
            StringComparison.Ordinal);
        Assert.Contains("exclude", Refusal(() => (sharding with { Boundaries = [3] }).CreateRouter(3, KeyEncoding.U64BE)),
            StringComparison.Ordinal);
        var long1 = new string('x', 200);
        var texts = new CelSharding
        {
            Expression = "key",
            Columns = new Dictionary<string, CelType> { ["key"] = CelType.String },
            RoutingValues = [long1 + "a", long1 + "b"]
        };
        Assert.Equal(1, texts.CreateRouter(2, KeyEncoding.Utf8).Route(Encoding.UTF8.GetBytes(long1 + "b")));
    }

    [Fact]
    public void Route_ManyThreads_GiveTheSameShards()
    {
        var router = Router("shard_hash('p:' + string(key) + ':' + string(double(key) / 7.0)) % 64u", 64, KeyEncoding.U64BE,
            ("key", CelType.Int));
        var expected = Enumerable.Range(0, 2_000).Select(key => router.Route(key)).ToArray();
        Parallel.For(0, 8, _ =>
        {
            for (var key = 0; key < expected.Length; key++) Assert.Equal(expected[key], router.Route(key));
        });
    }

    [Theory]
    [InlineData("key % 4")]
    [InlineData("shard_hash(key) % 8u")]
    [InlineData("shard_hash('p:' + string(key)) % 8u")]
    [InlineData("key in [1, 2, 3] || key > 100 && string(key).startsWith('1') ? 1 : 0")]
    [InlineData("[2, 3, 5].exists(p, key % p == 0) ? 1 : 0")]
    [InlineData("string(key).matches('^1+$') ? 1 : 0")]
    public void Route_WarmExpression_AllocatesNothing(string expression)
    {
        var router = Router(expression, 8, KeyEncoding.U64BE, ("key", CelType.Int));
        for (var key = 0L; key < 5_000; key++) router.Route(key);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var key = 0L; key < 5_000; key++) router.Route(key);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData("key % 4u", "line 1, column 5", "4u")]
    [InlineData("shard_hash(key) % 4", "line 1, column 17", "4u")]
    [InlineData("Key % 4", "line 1, column 1", "the column is 'key'")]
    [InlineData("key > 1 and key < 4", "line 1, column 9", "&&")]
    [InlineData("key = 1", "line 1, column 5", "==")]
    [InlineData("key == 1\n  || nokey", "line 2, column 6", "'key'")]
    [InlineData("'😀' == '😀' ? key : x", "line 1, column 20", "no column 'x'")]
    [InlineData("key +", "line 1, column 6", "ends")]
    [InlineData("timestamp(key)", "line 1, column 1", "not supported")]
    [InlineData("dyn(key) == 1.0", "line 1, column 1", "not supported")]
    [InlineData("[1, 'a'].exists(x, true)", "line 1, column 5", "not supported")]
    [InlineData("string(key).matches('\\\\bx')", "line 1, column 21", "word boundaries")]
    [InlineData("len(string(key))", "line 1, column 1", "size()")]
    [InlineData("string(key) + 1", "line 1, column 13", "string()")]
    public void CreateRouter_ExpressionThatCannotBeUsed_SaysWhereWhyAndWhatWasMeant(string expression, string place, string advice)
    {
        var message = Refusal(() => Router(expression, 8, KeyEncoding.U64BE, ("key", CelType.Int)));
        Assert.Contains(place, message, StringComparison.Ordinal);
        Assert.Contains(advice, message, StringComparison.Ordinal);
    }

    [Fact]
    public void CreateRouter_ColumnNamedLikeAType_IsRefused() =>
        Assert.Contains("'int'", Refusal(() => Router("key", 8, KeyEncoding.U64BE, ("key", CelType.Int), ("int", CelType.Int))),
            StringComparison.Ordinal);
}
