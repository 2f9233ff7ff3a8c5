using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Stores.Limits;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Core.Tests.Stores.Limits;

public sealed class TokenBucketTests
{
    static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    readonly SteppedClock clock = new();

    [Fact]
    public void Acquire_ManyWorkersWithoutPause_AnyTenSecondsSeeTheRateWithinFivePercent()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 50; round++)
        {
            var clock = new SteppedClock();
            // From ten a second to ten million.
            var rate = 10 * Math.Pow(10, random.NextDouble() * 6);
            var largest = Math.Max(1, (int)(rate * 0.04));
            var workers = random.Next(1, 40);
            var passed = new List<(TimeSpan At, int Amount)>();
            var bucket = new TokenBucket(rate, clock);
            using var stop = new CancellationTokenSource();
            for (var worker = 0; worker < workers; worker++)
                _ = TakeForeverAsync(bucket, clock, () => random.Next(1, Math.Max(2, largest / workers)), passed, stop.Token);
            clock.Run(Window * 3);
            stop.Cancel();
            foreach (var start in Enumerable.Range(0, 41).Select(half => TimeSpan.FromSeconds(half / 2.0)))
            {
                var sum = passed.Where(p => p.At >= start && p.At < start + Window).Sum(p => (double)p.Amount);
                Assert.True(sum >= rate * 10 * 0.95 && sum <= rate * 10 * 1.05,
                    $"Seed {seed}, round {round}: {workers} workers took {sum} in 10 s from {start} at {rate} a second.");
            }
        }
    }

    [Theory]
    [InlineData(100, 1000, 9.9)]
    [InlineData(100, 1, 0)]
    [InlineData(1, 5, 4)]
    [InlineData(0.5, 1, 0)]
    [InlineData(1e6, 123_456_789, 123.36)]
    public void Acquire_MoreThanTheBucketHolds_PassesInSlicesAfterItsTime(double rate, int amount, double seconds)
    {
        var task = new TokenBucket(rate, clock).AcquireAsync(amount, CancellationToken.None).AsTask();
        clock.Run(TimeSpan.FromSeconds(seconds * 0.99));
        Assert.Equal(seconds == 0, task.IsCompleted);
        clock.Run(TimeSpan.FromSeconds((seconds * 0.02) + 0.002));
        Assert.True(task.IsCompletedSuccessfully);
    }

    [Fact]
    public void Acquire_SmallOneBehindAHugeOne_PassesLongBeforeIt()
    {
        var bucket = new TokenBucket(100, clock);
        var huge = bucket.AcquireAsync(100_000, CancellationToken.None).AsTask();
        var small = bucket.AcquireAsync(1, CancellationToken.None).AsTask();
        clock.Run(TimeSpan.FromSeconds(1));
        Assert.True(small.IsCompletedSuccessfully);
        Assert.False(huge.IsCompleted);
    }

    [Fact]
    public async Task Acquire_Cancelled_GivesBackWhatItDidNotUseAndIsCounted()
    {
        var denied = ShardyMetrics.ThrottleDenied.Value;
        var bucket = new TokenBucket(1, clock);
        await bucket.AcquireAsync(1, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var given = bucket.AcquireAsync(50, stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        var next = bucket.AcquireAsync(1, CancellationToken.None).AsTask();
        clock.Run(TimeSpan.FromSeconds(1.001));
        Assert.True(next.IsCompletedSuccessfully);
        Assert.True(ShardyMetrics.ThrottleDenied.Value > denied);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await bucket.AcquireAsync(1, stop.Token));
    }

    [Fact]
    public void Acquire_HadToWait_IsCountedOnceWithItsTime()
    {
        var (throttled, waits) = (ShardyMetrics.Throttled.Value, ShardyMetrics.ThrottleWait.Count);
        var task = new TokenBucket(10, clock).AcquireAsync(50, CancellationToken.None).AsTask();
        clock.Run(TimeSpan.FromSeconds(6));
        Assert.True(task.IsCompletedSuccessfully);
        Assert.True(ShardyMetrics.Throttled.Value > throttled);
        Assert.True(ShardyMetrics.ThrottleWait.Count > waits);
    }

    [Fact]
    public void Acquire_AfterALongRest_PassesNoMoreThanABucketful()
    {
        var bucket = new TokenBucket(100, clock);
        clock.Run(TimeSpan.FromHours(1));
        Assert.True(bucket.AcquireAsync(10, CancellationToken.None).AsTask().IsCompleted);
        Assert.False(bucket.AcquireAsync(1, CancellationToken.None).AsTask().IsCompleted);
    }

    static async Task TakeForeverAsync(TokenBucket bucket, SteppedClock clock, Func<int> next, List<(TimeSpan, int)> passed,
        CancellationToken stop)
    {
        while (true)
        {
            var amount = next();
            await bucket.AcquireAsync(amount, stop).ConfigureAwait(false);
            passed.Add((clock.Elapsed, amount));
        }
    }
}
