using ShardyFusion.Reading;

namespace ShardyFusion.Core.Tests.Reading;

/// <summary>A retired state is closed exactly once, by the last one who leaves.</summary>
public sealed class PinCounterTests
{
    [Fact]
    public void Retire_NobodyInside_Drained() => Assert.True(new PinCounter().Retire());

    [Fact]
    public void Leave_BeforeRetirement_NotDrained()
    {
        var pins = new PinCounter();
        pins.Enter(3);
        Assert.False(pins.Leave(3));
        Assert.True(pins.Retire());
    }

    [Fact]
    public void Leave_LastAfterRetirement_Drained()
    {
        var pins = new PinCounter();
        pins.Enter(0);
        pins.Enter(63);
        Assert.False(pins.Retire());
        Assert.False(pins.Leave(63));
        Assert.True(pins.Leave(0));
    }

    [Fact]
    public void Leave_LateVisitorAfterDrain_NotDrainedTwice()
    {
        // Someone who entered too late finds the state replaced and leaves again.
        var pins = new PinCounter();
        Assert.True(pins.Retire());
        pins.Enter(1);
        Assert.False(pins.Leave(1));
    }

    [Fact]
    public async Task EnterAndRetire_ManyThreads_ExactlyOneDrainAndNobodyInsideThen()
    {
        const int threads = 8, rounds = 200;
        for (var round = 0; round < rounds; round++)
        {
            var pins = new PinCounter();
            var current = true;
            int drains = 0, inside = 0, insideAtDrain = 0;
            using var start = new Barrier(threads + 1);

            void Drain()
            {
                Interlocked.Increment(ref drains);
                Interlocked.Add(ref insideAtDrain, Volatile.Read(ref inside));
            }

            var visitors = Enumerable.Range(0, threads).Select(_ => Task.Factory.StartNew(() =>
            {
                start.SignalAndWait();
                while (true)
                {
                    var stripe = PinCounter.CurrentStripe;
                    pins.Enter(stripe);
                    if (!Volatile.Read(ref current))
                    {
                        if (pins.Leave(stripe)) Drain();
                        return;
                    }
                    Interlocked.Increment(ref inside);
                    Interlocked.Decrement(ref inside);
                    if (pins.Leave(stripe)) Drain();
                }
            }, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
            start.SignalAndWait(TestContext.Current.CancellationToken);
            Volatile.Write(ref current, false);
            Interlocked.MemoryBarrier();
            if (pins.Retire()) Drain();
            await Task.WhenAll(visitors);
            Assert.Equal((1, 0), (drains, insideAtDrain));
        }
    }
}
