namespace ShardyFusion.Core.Tests.Faults;

/// <summary>A clock of its own, whose timers fire in order on the thread that runs it: what waits for them goes on there, so a run is the
/// same every time.</summary>
sealed class SteppedClock : TimeProvider
{
    readonly PriorityQueue<StepTimer, (long Due, long Order)> due = new();
    long now;
    long order;

    /// <summary>Since the start.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(now);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => now;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + Elapsed;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Assert.Equal(Timeout.InfiniteTimeSpan, period);
        var timer = new StepTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets time pass, timer by timer.</summary>
    public void Run(TimeSpan duration)
    {
        var end = now + duration.Ticks;
        while (due.TryPeek(out var timer, out var when) && when.Due <= end)
        {
            due.Dequeue();
            now = when.Due;
            timer.Fire(when.Due);
        }
        now = end;
    }

    sealed class StepTimer(SteppedClock clock, TimerCallback callback, object? state) : ITimer
    {
        long? dueAt;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            dueAt = dueTime == Timeout.InfiniteTimeSpan ? null : clock.now + dueTime.Ticks;
            if (dueAt is { } at) clock.due.Enqueue(this, (at, clock.order++));
            return true;
        }

        public void Fire(long at)
        {
            if (dueAt != at) return;
            dueAt = null;
            callback(state);
        }

        public void Dispose() => dueAt = null;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
