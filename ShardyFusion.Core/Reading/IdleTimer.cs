namespace ShardyFusion.Reading;

/// <summary>Closes, from time to time, the shards of a reader that nobody asked for.</summary>
sealed class IdleTimer : IDisposable
{
    readonly TimeSpan period;
    readonly ITimer timer;

    /// <param name="reader">Held weakly: one that someone forgot to close must not be kept by its own timer.</param>
    /// <param name="period">Time between two looks.</param>
    /// <param name="clock">Measures it.</param>
    public IdleTimer(SnapshotReader reader, TimeSpan period, TimeProvider clock)
    {
        this.period = period;
        timer = clock.CreateTimer(static target =>
        {
            if (((WeakReference<SnapshotReader>)target!).TryGetTarget(out var reader)) reader.CloseIdleShards();
        }, new WeakReference<SnapshotReader>(reader), period, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Winds it up anew after each look, so that a slow one is not overtaken by the next.</summary>
    public void Rewind() => timer.Change(period, Timeout.InfiniteTimeSpan);

    /// <inheritdoc/>
    public void Dispose() => timer.Dispose();
}
