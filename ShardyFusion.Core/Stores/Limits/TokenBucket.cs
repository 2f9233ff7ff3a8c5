using ShardyFusion.Telemetry;

namespace ShardyFusion.Stores.Limits;

/// <summary>Lets through at most so many units a second. Safe for concurrent callers.</summary>
/// <remarks>
/// <para>The bucket holds a tenth of a second's worth, so any ten seconds see at most one percent more than the rate. Whoever takes more
/// than there is leaves a debt and waits until it is paid; whoever comes later waits behind. Nobody takes more than a bucketful at a time,
/// so a request of any size goes through in slices, others get their turn between them, and one that is cancelled leaves no long
/// debt.</para>
/// <para>A pause that ends late is made up for: the tokens of that time are there.</para>
/// </remarks>
sealed class TokenBucket
{
    const double BurstSeconds = 0.1;

    readonly double perSecond;
    readonly double capacity;
    readonly TimeProvider clock;
    readonly Lock gate = new();
    double balance;
    long balanceAt;

    /// <param name="perSecond">Units a second, above 0.</param>
    /// <param name="clock">For the time that passes and the pauses.</param>
    public TokenBucket(double perSecond, TimeProvider clock)
    {
        (this.perSecond, this.clock) = (perSecond, clock);
        capacity = Math.Max(1, perSecond * BurstSeconds);
        balance = capacity;
        balanceAt = clock.GetTimestamp();
    }

    /// <summary>Most that is let through without a pause.</summary>
    public double Capacity => capacity;

    /// <summary>Returns when <paramref name="amount"/> more units may go through.</summary>
    /// <param name="amount">Units, of any number; none pass at once.</param>
    /// <param name="cancellationToken">Ends the wait; what was not waited for is given back.</param>
    public ValueTask AcquireAsync(double amount, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // Nothing has no debts of others to wait for.
        if (amount <= 0) return ValueTask.CompletedTask;
        var slice = Math.Min(amount, capacity);
        var pause = Take(slice);
        return pause == TimeSpan.Zero && slice == amount ? ValueTask.CompletedTask : AcquireInSlicesAsync(slice, pause, amount - slice,
            cancellationToken);
    }

    async ValueTask AcquireInSlicesAsync(double slice, TimeSpan pause, double left, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            if (pause > TimeSpan.Zero) await PauseAsync(pause, slice, cancellationToken).ConfigureAwait(false);
            if (left <= 0) break;
            slice = Math.Min(left, capacity);
            left -= slice;
            pause = Take(slice);
        }
        ShardyMetrics.Throttled.Add();
        ShardyMetrics.ThrottleWait.Add(clock.GetElapsedTime(started));
    }

    /// <summary>Takes units, which may leave a debt.</summary>
    /// <returns>How long it takes until the debt is paid.</returns>
    TimeSpan Take(double units)
    {
        lock (gate)
        {
            var now = clock.GetTimestamp();
            balance = Math.Min(capacity, balance + (clock.GetElapsedTime(balanceAt, now).TotalSeconds * perSecond)) - units;
            balanceAt = now;
            // Timers count whole milliseconds; a pause cut to less would end before its time.
            return balance >= 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(-balance / perSecond * 1000));
        }
    }

    async ValueTask PauseAsync(TimeSpan pause, double slice, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            lock (gate) balance += slice;
            ShardyMetrics.ThrottleDenied.Add();
            throw;
        }
    }
}
