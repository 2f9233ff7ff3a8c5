namespace ShardyFusion.Stores;

/// <summary>The clock of a store: this machine's, moved by what the store's answers have shown. Safe for concurrent callers.</summary>
/// <remarks>
/// Leases, ages and the order of names compare times that many machines wrote. What they have in common is the store, so its clock is the
/// one that counts. Before the first answer, and where a store tells no time, this is the machine's own clock.
/// </remarks>
/// <param name="local">This machine's clock.</param>
sealed class StoreClock(TimeProvider local) : TimeProvider
{
    /// <summary>Below this two clocks count as equal: HTTP dates and some file systems tell seconds, and a time that wavers would put
    /// events out of order.</summary>
    static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(2);

    long offsetTicks;

    /// <summary>How far the store's clock is ahead of this machine's.</summary>
    public TimeSpan Offset => TimeSpan.FromTicks(Interlocked.Read(ref offsetTicks));

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => local.GetUtcNow() + Offset;

    /// <inheritdoc/>
    public override long GetTimestamp() => local.GetTimestamp();

    /// <inheritdoc/>
    public override long TimestampFrequency => local.TimestampFrequency;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        local.CreateTimer(callback, state, dueTime, period);

    /// <summary>This machine's time, to be noted before the store is asked.</summary>
    public DateTimeOffset LocalNow() => local.GetUtcNow();

    /// <summary>Takes a time that the store gave.</summary>
    /// <param name="shown">What its clock showed.</param>
    /// <param name="askedAt"><see cref="LocalNow"/> before the store can have looked at its clock.</param>
    /// <param name="resolution">The store rounds down to this.</param>
    public void Observe(DateTimeOffset shown, DateTimeOffset askedAt, TimeSpan resolution)
    {
        // The true offset lies between the two: the store looked after it was asked and before it had answered.
        var (least, most) = (shown - local.GetUtcNow(), shown + resolution - askedAt);
        var known = Offset;
        if (most < least || (known >= least - Tolerance && known <= most + Tolerance)) return;
        var isEqual = least <= Tolerance && most >= -Tolerance;
        Interlocked.Exchange(ref offsetTicks, isEqual ? 0 : (least + (most - least) / 2).Ticks);
    }
}
