using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Stores;

public sealed class StoreClockTests
{
    static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(0)]
    [InlineData(11 * 60)]
    [InlineData(-11 * 60)]
    [InlineData(25 * 3600)]
    [InlineData(-25 * 3600)]
    [InlineData(400L * 86400)]
    [InlineData(-400L * 86400)]
    public void Observe_AnswersThatTookTheirTime_ShowsTheStoresTimeWithinASecond(long secondsAhead)
    {
        var local = new ManualClock();
        var clock = new StoreClock(local);
        for (var answer = 0; answer < 5; answer++)
        {
            var askedAt = clock.LocalNow();
            local.Now += TimeSpan.FromMilliseconds(200);
            var shown = local.Now.AddSeconds(secondsAhead);
            local.Now += TimeSpan.FromMilliseconds(300);
            // HTTP dates have no fractions.
            clock.Observe(new DateTimeOffset(shown.Ticks - (shown.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero), askedAt, Second);
            Assert.InRange((clock.GetUtcNow() - local.Now).TotalSeconds, secondsAhead - 1, secondsAhead + 1);
        }
    }

    [Fact]
    public void Observe_LittleDifference_ClockDoesNotWaver()
    {
        var local = new ManualClock();
        var clock = new StoreClock(local);
        foreach (var ahead in new[] { 0.0, 1.5, -1.5, 0.9, 1.9 })
        {
            clock.Observe(local.Now.AddSeconds(ahead), local.Now, Second);
            Assert.Equal(TimeSpan.Zero, clock.Offset);
        }
        clock.Observe(local.Now.AddSeconds(60), local.Now, Second);
        var moved = clock.Offset;
        clock.Observe(local.Now.AddSeconds(61), local.Now, Second);
        Assert.Equal(moved, clock.Offset);
        clock.Observe(local.Now, local.Now, Second);
        Assert.Equal(TimeSpan.Zero, clock.Offset);
    }

    [Fact]
    public void Observe_SlowAnswer_TellsNothingWrong()
    {
        var local = new ManualClock();
        var clock = new StoreClock(local);
        var askedAt = clock.LocalNow();
        var shown = local.Now;
        local.Now += TimeSpan.FromMinutes(10);
        clock.Observe(shown, askedAt, Second);
        Assert.Equal(TimeSpan.Zero, clock.Offset);
    }
}
