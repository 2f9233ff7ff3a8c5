using System.Collections.Concurrent;

namespace ShardyFusion.Core.Tests.Faults;

/// <summary>The system's clock, but pauses shorter than a limit are over at once; their lengths are noted. Longer ones (timeouts) are
/// real.</summary>
sealed class ImpatientClock(TimeSpan limit) : TimeProvider
{
    /// <summary>The pauses that were asked for, in order.</summary>
    public ConcurrentQueue<TimeSpan> Pauses { get; } = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime <= TimeSpan.Zero || dueTime >= limit)
            return base.CreateTimer(callback, state, dueTime, period);
        Pauses.Enqueue(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
