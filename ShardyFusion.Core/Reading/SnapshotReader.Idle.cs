using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Reading;

public sealed partial class SnapshotReader
{
    readonly Lock movingOn = new();
    readonly ITimer? idleTimer;

    // Holds the reader weakly: one that someone forgot to close must not be kept by its own timer.
    ITimer? StartIdleTimer(TimeSpan? idleTime) => idleTime is not { } period ? null : context.Clock.CreateTimer(static target =>
    {
        if (((WeakReference<SnapshotReader>)target!).TryGetTarget(out var reader)) reader.CloseIdleShards();
    }, new WeakReference<SnapshotReader>(this), period, Timeout.InfiniteTimeSpan);

    void CloseIdleShards()
    {
        if (Volatile.Read(ref state) is null) return;
        StatePin pin;
        try
        {
            pin = PinState();
        }
        catch (Errors.ShardyFusionException)
        {
            return; // Closed meanwhile.
        }
        using (pin) pin.State.Shards.CloseIdle();
        // Wound up anew each time, so that a slow one is not overtaken by the next.
        idleTimer?.Change(options.ShardIdleTime!.Value, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Leaves the state for a successor, so that files that nobody finds any more are closed when nobody reads them any
    /// more.</summary>
    /// <remarks>When the reader has left the snapshot meanwhile, they are closed with its other files.</remarks>
    void MoveToSuccessor(LoadedShards shards)
    {
        ReaderState left, next;
        List<MappedShard> files;
        lock (movingOn)
        {
            // Taken before the move: a file that leaves after it may be read under the successor.
            files = shards.TakeLeaving();
            if (files.Count == 0) return;
            if (Volatile.Read(ref state) is not { } seen || seen.Shards != shards)
            {
                shards.PutBack(files);
                return;
            }
            (left, next) = (seen, seen.NewSuccessor());
            if (Interlocked.CompareExchange(ref state, next, left) != left)
            {
                shards.PutBack(files);
                return;
            }
        }
        _ = left.RetireAsync(next, files).AsTask();
    }
}
