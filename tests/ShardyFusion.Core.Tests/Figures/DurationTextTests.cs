using ShardyFusion.Figures;

namespace ShardyFusion.Core.Tests.Figures;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("90", 90)]
    [InlineData("0.25", .25)]
    [InlineData("250ms", .25)]
    [InlineData("90 s", 90)]
    [InlineData("15m", 900)]
    [InlineData("15.0 min", 900)]
    [InlineData("1.5h", 5400)]
    [InlineData("30D", 30 * 86400)]
    [InlineData("01:30:00", 5400)]
    [InlineData("1.02:00:00", 26 * 3600)]
    [InlineData("PT15M", 900)]
    [InlineData("P1DT2H", 26 * 3600)]
    [InlineData("36500d", 36500.0 * 86400)]
    public void TryParse_Duration_GivesTime(string text, double seconds)
    {
        Assert.True(DurationText.TryParse(text, out var parsed, out var fault), fault);
        Assert.Equal(TimeSpan.FromSeconds(seconds), parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("-5")]
    [InlineData("1,5h")]
    [InlineData("1e3")]
    [InlineData("h")]
    [InlineData("-00:01:00")]
    [InlineData("25:00:00:00:00")]
    [InlineData("P1M")]
    [InlineData("P1Y")]
    [InlineData("P")]
    [InlineData("PT99999999999999999999H")]
    [InlineData("NaN")]
    public void TryParse_NoDuration_IsRefused(string text)
    {
        Assert.False(DurationText.TryParse(text, out _, out var fault));
        Assert.Equal($"'{text}' is not a duration. Use seconds, or 15m, 12h, 30d.", fault);
    }

    [Theory]
    [InlineData("36501d")]
    [InlineData("99999999999999999999999999999999999h")]
    [InlineData("10675199.02:48:05")]
    public void TryParse_TooLong_IsSaid(string text)
    {
        Assert.False(DurationText.TryParse(text, out _, out var fault));
        Assert.Equal($"'{text}' is too long: at most 36500d.", fault);
    }

    [Theory]
    [InlineData(0.25)]
    [InlineData(59)]
    [InlineData(600)]
    [InlineData(7300)]
    [InlineData(900000)]
    public void TryParse_ReadableText_IsReadAgain(double seconds)
    {
        Assert.True(DurationText.TryParse(ReadableText.Duration(TimeSpan.FromSeconds(seconds)), out var parsed, out var fault), fault);
        Assert.InRange(parsed.TotalSeconds, seconds * .95, seconds * 1.05);
    }
}
