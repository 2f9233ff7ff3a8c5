using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using ShardyFusion.Errors;
using ShardyFusion.Routing;

namespace ShardyFusion.Core.Tests.Routing;

public class KeyCodecTests
{
    enum Colour { Red = 1 }

    static readonly KeyCodec u64be = KeyCodec.For(KeyEncoding.U64BE);
    static readonly KeyCodec u32be = KeyCodec.For(KeyEncoding.U32BE);
    static readonly KeyCodec utf8 = KeyCodec.For(KeyEncoding.Utf8);
    static readonly KeyCodec raw = KeyCodec.For(KeyEncoding.Raw);

    static ShardyFusionException Refused(KeyCodec codec, object? key)
    {
        var refused = Assert.Throws<ShardyFusionException>(() => codec.Encode(key));
        Assert.Equal(ErrorKind.ShardAssignment, refused.Kind);
        Assert.Contains(codec.Encoding.StorageName(), refused.Message, StringComparison.Ordinal);
        return refused;
    }

    public static TheoryData<object> FortyTwos() =>
    [
        42, 42L, 42u, 42ul, (short)42, (ushort)42, (byte)42, (sbyte)42, (nint)42, (nuint)42, new BigInteger(42), (Int128)42, (UInt128)42,
        42m, 42.0m, 42.0, 42f, "42",
    ];

    [Theory, MemberData(nameof(FortyTwos))]
    public void Encode_EveryIntegerTypeAndText_IsTheBigEndianInteger(object key)
    {
        Assert.Equal("000000000000002a", Convert.ToHexStringLower(u64be.Encode(key)));
        Assert.Equal("0000002a", Convert.ToHexStringLower(u32be.Encode(key)));
        Assert.Equal("000000000000002a", Convert.ToHexStringLower(u64be.ConvertLookup(key)));
    }

    [Theory]
    [InlineData("9223372036854775807", "7fffffffffffffff")]
    [InlineData("0", "0000000000000000")]
    public void Encode_TextUnderU64BE_IsParsed(string text, string hex)
    {
        Assert.Equal(hex, Convert.ToHexStringLower(u64be.Encode(text)));
        Span<byte> fromUtf8 = stackalloc byte[8];
        Assert.Equal(8, u64be.EncodeUtf8(Encoding.UTF8.GetBytes(text), fromUtf8));
        Assert.Equal(hex, Convert.ToHexStringLower(fromUtf8));
    }

    public static TheoryData<object?, string> BadIntegers() => new()
    {
        { null, "null" }, { DBNull.Value, "null" }, { true, "Boolean" }, { "", "empty" }, { -1, "negative" }, { -1L, "negative" },
            { -1m, "negative" },
        { -1.0, "negative" }, { "-1", "negative" }, { "-99999999999999999999999", "negative" }, { BigInteger.MinusOne, "negative" },
        { 1UL << 63, "2^63" }, { ulong.MaxValue, "2^63" }, { "9223372036854775808", "2^63" }, { "18446744073709551616", "2^63" },
        { "99999999999999999999999999999999", "2^63" }, { BigInteger.Pow(10, 30), "2^63" }, { UInt128.MaxValue, "2^63" },
        { "+5", "plain decimal digits" }, { " 5", "plain decimal digits" }, { "5 ", "plain decimal digits" },
        { "5.0", "plain decimal digits" },
        { "0x5", "plain decimal digits" }, { "1_000", "plain decimal digits" }, { "1,000", "plain decimal digits" },
        { "1e3", "plain decimal digits" },
        { "-", "plain decimal digits" }, { "007", "leading zeros" }, { "00", "leading zeros" }, { "-007", "negative" },
        { "--5", "plain decimal digits" }, { "٤٢", "plain decimal digits" }, { "five", "plain decimal digits" },
        { 1.5, "not an integer" }, { 1.5m, "not an integer" }, { double.NaN, "not an integer" },
        { double.PositiveInfinity, "not an integer" },
        { 1e17, "exact" }, { 3e7f, "exact" }, { Guid.Empty, "Guid" }, { DateTime.UnixEpoch, "DateTime" }, { Colour.Red, "Colour" },
        { new byte[8], "Byte[]" }, { new object(), "Object" },
    };

    [Theory, MemberData(nameof(BadIntegers))]
    public void Encode_UnusableU64BEKey_SaysWhy(object? key, string why) =>
        Assert.Contains(why, Refused(u64be, key).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(4294967296L)]
    [InlineData("4294967296")]
    [InlineData(ulong.MaxValue)]
    public void Encode_U32BEKeyOf2To32_IsRefused(object key) =>
        Assert.Contains("4294967295", Refused(u32be, key).Message, StringComparison.Ordinal);

    [Fact]
    public void Encode_LongKeyInAMessage_IsCutAndEscaped()
    {
        var message = Refused(u64be, "a\nb" + new string('x', 500)).Message;

        Assert.Contains(@"'a\u000ab", message, StringComparison.Ordinal);
        Assert.Contains("…'", message, StringComparison.Ordinal);
        Assert.True(message.Length < 300, message);
    }

    [Theory]
    [InlineData("ключ", "d0bad0bbd18ed187")]
    [InlineData("😀", "f09f9880")]
    [InlineData('x', "78")]
    [InlineData(42, "3432")]
    [InlineData(-5L, "2d35")]
    public void Encode_Utf8Key_IsItsText(object key, string hex)
    {
        Assert.Equal(hex, Convert.ToHexStringLower(utf8.Encode(key)));
        Assert.Equal(hex, Convert.ToHexStringLower(utf8.ConvertLookup(key)));
    }

    [Fact]
    public void Encode_BigIntegerAsUtf8_IsItsDecimalText() =>
        Assert.Equal("1000000000000000000000000000000", Encoding.UTF8.GetString(utf8.Encode(BigInteger.Pow(10, 30))));

    public static TheoryData<object?, string> BadTexts() => new()
    {
        { null, "null" }, { false, "Boolean" }, { "", "empty" }, { Array.Empty<byte>(), "empty" },
        { new string('a', 65_536), "65,535" }, { new string('é', 32_768), "65,535" }, { new byte[65_536], "65,535" },
        { new byte[] { 0xC3, 0x28 }, "UTF-8" }, { 1.5, "Double" }, { 5m, "Decimal" }, { new object(), "Object" },
        { BigInteger.Pow(2, 300_000), "65,535" },
    };

    [Theory, MemberData(nameof(BadTexts))]
    public void Encode_UnusableUtf8Key_SaysWhy(object? key, string why) =>
        Assert.Contains(why, Refused(utf8, key).Message, StringComparison.Ordinal);

    [Fact]
    public void Encode_UnpairedSurrogate_SaysWhy()
    {
        // Not theory data: the runner would store it as UTF-8 and so repair it.
        foreach (var key in new object[] { "a\ud800b", "a\udc00", "\udc00\ud800", '\ud800' })
        {
            Assert.Contains("surrogate", Refused(utf8, key).Message, StringComparison.Ordinal);
            Assert.Contains("surrogate", Refused(raw, key).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Encode_KeyOfTheGreatestLength_IsAccepted()
    {
        Assert.Equal(65_535, utf8.Encode(new string('a', 65_535)).Length);
        Assert.Equal(65_535, raw.Encode(new byte[65_535]).Length);
        Assert.Equal(65_535, utf8.Encode(new string('日', 21_845)).Length);
    }

    [Fact]
    public void Encode_RawKey_IsItsBytesOrItsUtf8()
    {
        byte[] bytes = [0, 255, 1];
        Assert.Equal(bytes, raw.Encode(bytes));
        Assert.Equal(bytes, raw.Encode(new ReadOnlyMemory<byte>(bytes)));
        Assert.Equal(bytes, raw.Encode(new Memory<byte>(bytes)));
        Assert.Equal(bytes, raw.Encode(new ArraySegment<byte>(bytes)));
        Assert.Equal("d0ba", Convert.ToHexStringLower(raw.Encode("к")));
        Assert.Contains("Int32", Refused(raw, 5).Message, StringComparison.Ordinal);
        Assert.Contains("Int64", Refused(raw, -5L).Message, StringComparison.Ordinal);
        Assert.Contains("UInt128", Refused(raw, UInt128.MaxValue).Message, StringComparison.Ordinal);
        Assert.Contains("null", Refused(raw, null).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_IntoABufferWriter_Appends()
    {
        var buffer = new ArrayBufferWriter<byte>();
        Assert.Equal(2, utf8.Encode("ab", buffer));
        Assert.Equal(1, utf8.Encode("c", buffer));
        Assert.Equal("abc"u8.ToArray(), buffer.WrittenSpan.ToArray());
    }

    [Theory]
    [InlineData(KeyEncoding.U64BE, 7, 8)]
    [InlineData(KeyEncoding.Utf8, 2, 3)]
    [InlineData(KeyEncoding.Raw, 2, 3)]
    public void Encode_DestinationTooSmall_IsTheCallersError(KeyEncoding encoding, int tooSmall, int enough)
    {
        Assert.ThrowsAny<ArgumentException>(() => KeyCodec.For(encoding).Encode("123", new byte[tooSmall].AsSpan()));
        Assert.Equal(enough, KeyCodec.For(encoding).Encode("123", new byte[enough].AsSpan()));
    }

    [Fact]
    public void Lookup_PreEncodedBytes_FindTheInteger()
    {
        // shardyfusion routes these 8 bytes as bytes and misses; here they are 42 again.
        byte[] stored = [0, 0, 0, 0, 0, 0, 0, 42];
        Assert.Equal(stored, u64be.ConvertLookup(stored));
        Assert.Equal(ShardRouter.ForHash(8, KeyEncoding.U64BE).Route(42), ShardRouter.ForHash(8, KeyEncoding.U64BE)
            .RouteStored(u64be.ConvertLookup(stored)));
        Assert.Equal(new byte[] { 0, 0, 0, 42 }, u32be.ConvertLookup(new byte[] { 0, 0, 0, 42 }));
    }

    [Theory]
    [InlineData(KeyEncoding.U64BE, "2a")]
    [InlineData(KeyEncoding.U64BE, "")]
    [InlineData(KeyEncoding.U64BE, "ffffffffffffffff")]
    [InlineData(KeyEncoding.U32BE, "000000000000002a")]
    public void Lookup_BytesThatAreNoKey_AreAnErrorNotAMiss(KeyEncoding encoding, string hex)
    {
        Assert.False(KeyCodec.For(encoding).TryConvertLookup(Convert.FromHexString(hex), new byte[8], out var written, out var reason));
        Assert.Equal(0, written);
        Assert.NotNull(reason);
    }

    [Fact]
    public void Lookup_IntegerInARawSnapshot_IsAnError() =>
        Assert.Equal(ErrorKind.ShardAssignment, Assert.Throws<ShardyFusionException>(() => raw.ConvertLookup(5)).Kind);

    [Fact]
    public void Infer_ByType_ChoosesTheEncoding()
    {
        Assert.Equal(KeyEncoding.U64BE, KeyCodec.Infer(1));
        Assert.Equal(KeyEncoding.U64BE, KeyCodec.Infer((byte)1));
        Assert.Equal(KeyEncoding.U64BE, KeyCodec.Infer(1m));
        Assert.Equal(KeyEncoding.U64BE, KeyCodec.Infer(-1));
        Assert.Equal(KeyEncoding.U64BE, KeyCodec.Infer(BigInteger.Pow(2, 100)));
        Assert.Equal(KeyEncoding.Utf8, KeyCodec.Infer("1"));
        Assert.Equal(KeyEncoding.Utf8, KeyCodec.Infer('1'));
        Assert.Equal(KeyEncoding.Raw, KeyCodec.Infer(new byte[1]));
        Assert.Equal(KeyEncoding.Raw, KeyCodec.Infer(new ReadOnlyMemory<byte>(new byte[1])));
        foreach (var key in new object?[] { null, true, 1.5, new object() })
            Assert.Equal(ErrorKind.ShardAssignment, Assert.Throws<ShardyFusionException>(() => KeyCodec.Infer(key)).Kind);
    }

    [Fact]
    public void Decode_OfWhatWasEncoded_GivesTheKeyBack()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < 5_000; i++)
        {
            var integer = random.NextInt64() >> random.Next(63);
            var text = new string([.. Enumerable.Range(0, random.Next(1, 30))
                .Select(_ => (char)random.Next(1, random.Next(2) == 0 ? 128 : 0xD800))]);
            var bytes = new byte[random.Next(1, 40)];
            random.NextBytes(bytes);

            Assert.Equal((ulong)integer, u64be.Decode(u64be.Encode(integer)));
            Assert.Equal((uint)integer, u32be.Decode(u32be.Encode((uint)integer)));
            Assert.Equal(text, utf8.Decode(utf8.Encode(text)));
            Assert.Equal(bytes, raw.Decode(raw.Encode(bytes)));
            Assert.Equal(integer.ToString(CultureInfo.InvariantCulture), u64be.Display(u64be.Encode(integer)));
            Assert.Equal(u64be.Encode(integer), u64be.Encode(integer.ToString(CultureInfo.InvariantCulture)));
            Assert.Equal(integer, BinaryPrimitives.ReadInt64BigEndian(u64be.Encode(integer)));
            Assert.Equal(text, utf8.Display(utf8.Encode(text)));
        }
    }

    [Fact]
    public void Encode_IntegerOrder_IsByteOrder()
    {
        var random = new Random(1);
        for (var i = 0; i < 1_000; i++)
        {
            var (a, b) = (random.NextInt64(), random.NextInt64());
            Assert.Equal(Math.Sign(a.CompareTo(b)), Math.Sign(u64be.Encode(a).AsSpan().SequenceCompareTo(u64be.Encode(b))));
        }
    }

    [Fact]
    public void Decode_BytesOfAnotherLength_IsShardCorrupt()
    {
        Assert.Equal(ErrorKind.ShardCorrupt, Assert.Throws<ShardyFusionException>(() => u64be.Decode(new byte[7])).Kind);
        Assert.Equal(ErrorKind.ShardCorrupt, Assert.Throws<ShardyFusionException>(() => utf8.Decode([0xC3, 0x28])).Kind);
        Assert.Equal("0xc328", utf8.Display([0xC3, 0x28]));
        Assert.Equal("0x00ff", raw.Display([0, 255]));
        Assert.Equal(ulong.MaxValue, u64be.Decode([255, 255, 255, 255, 255, 255, 255, 255]));
    }

    [Fact]
    public void StorageName_OfEachEncoding_ParsesBack()
    {
        foreach (var encoding in Enum.GetValues<KeyEncoding>())
        {
            Assert.True(KeyEncodingNames.TryParseStorageName(encoding.StorageName(), out var parsed));
            Assert.Equal(encoding, parsed);
            Assert.Equal(encoding, KeyCodec.For(encoding).Encoding);
        }
        Assert.False(KeyEncodingNames.TryParseStorageName("U64BE", out _));
    }

    [Fact]
    public void HotPaths_InSteadyState_AllocateNothing()
    {
        var destination = new byte[64];
        var router = ShardRouter.ForHash(7, KeyEncoding.U64BE);
        object boxed = 123_456_789_012L;
        var text = "user-000000000042";
        int Work()
        {
            var sum = u64be.EncodeU64(42, destination) + u64be.EncodeText("42", destination) + u64be.EncodeUtf8("42"u8, destination);
            sum += u64be.Encode(boxed, destination.AsSpan());
            sum += router.RouteStored(destination.AsSpan(0, 8)) + router.Route(42);
            return sum + utf8.EncodeText(text, destination) + utf8.EncodeUtf8("user"u8, destination)
                + raw.EncodeUtf8("user"u8, destination);
        }
        for (var i = 0; i < 100; i++) Work();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) Work();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
