using System.Globalization;
using System.Text;
using ShardyFusion.Routing.Cel;

namespace ShardyFusion.Core.Tests.Routing.Cel;

public class CelDoublesTests
{
    static string Format(double value)
    {
        Span<byte> text = stackalloc byte[CelDoubles.MaxTextBytes];
        return Encoding.UTF8.GetString(text[..CelDoubles.Format(value, text)]);
    }

    [Theory]
    [InlineData(123456.789, "123456.789")]
    [InlineData(999999.5, "999999.5")]
    [InlineData(1000000.5, "1.0000005e+06")]
    [InlineData(0.00012345, "0.00012345")]
    [InlineData(0.00001, "1e-05")]
    [InlineData(120.0, "120")]
    [InlineData(1e100, "1e+100")]
    [InlineData(-2.5e-7, "-2.5e-07")]
    [InlineData(1.7976931348623157e308, "1.7976931348623157e+308")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(-0.0, "-0")]
    [InlineData(double.NegativeInfinity, "-inf")]
    public void Format_Number_HasTheFewestDigits(double value, string expected) => Assert.Equal(expected, Format(value));

    [Fact]
    public void Format_AnyNumber_ReadsBackAsItself()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var i = 0; i < 100_000; i++)
        {
            var value = i % 2 == 0 ? BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue))
                : random.NextDouble() * Math.Pow(10, random.Next(-8, 9));
            if (!double.IsFinite(value)) continue;
            var text = Format(value);
            Assert.True(BitConverter.DoubleToInt64Bits(double.Parse(text,
                CultureInfo.InvariantCulture)) == BitConverter.DoubleToInt64Bits(value), $"seed {seed}: {text}");
            Assert.True(CelNumberText.TryLooseDouble(Encoding.UTF8.GetBytes($" +{text.TrimStart('-')}\n"), out var parsed)
                && parsed == Math.Abs(value), $"seed {seed}: {text}");
        }
    }

    [Theory]
    [InlineData("0x1p4", 16)]
    [InlineData("0x.8", 0.5)]
    [InlineData("0x1.8p1", 3)]
    [InlineData("0x1p-1074", 5e-324)]
    [InlineData("0x1p-1075", 0)]
    [InlineData("0x1.8p-1075", 5e-324)]
    [InlineData("0x1.fffffffffffff8p0", 2)]
    [InlineData("0x1.00000000000008p0", 1)]
    [InlineData("0x1.000000000000080000000001p0", 1.0000000000000002)]
    [InlineData("0x1p1024", double.PositiveInfinity)]
    [InlineData("-0x10", -16)]
    [InlineData("0xffffffffffffffffffffffff", 7.922816251426434e28)]
    [InlineData("0x0p999999999999999", 0)]
    [InlineData("0x1p-999999999999999", 0)]
    public void TryLooseDouble_Hexadecimal_RoundsOnce(string text, double expected)
    {
        Assert.True(CelNumberText.TryLooseDouble(Encoding.UTF8.GetBytes(text), out var value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("0x")]
    [InlineData("0x1p")]
    [InlineData("0xp1")]
    [InlineData("1e5e5")]
    [InlineData("--1")]
    [InlineData("+ 1")]
    [InlineData("1,5")]
    [InlineData("nan(")]
    [InlineData("nan(é)")]
    [InlineData(".")]
    [InlineData("infinit")]
    public void TryLooseDouble_NoNumber_IsRefused(string text) =>
        Assert.False(CelNumberText.TryLooseDouble(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Format_NaN_ShowsItsSign()
    {
        Assert.Equal("nan", CelValueText.Evaluate("string(d)", ("d", CelType.Double, double.NaN)));
        Assert.Equal("-nan", CelValueText.Evaluate("string(-d)", ("d", CelType.Double, double.NaN)));
        Assert.Equal("-nan", CelValueText.Evaluate("string(d / 0.0)", ("d", CelType.Double, 0.0)));
        Assert.Equal("nan", CelValueText.Evaluate("string(d + 0.0 / 0.0)", ("d", CelType.Double, double.NaN)));
    }
}
