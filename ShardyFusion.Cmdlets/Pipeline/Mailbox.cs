using System.Threading.Channels;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>Brings batches of objects from workers to the pipeline thread; a full box holds the workers up.</summary>
/// <remarks>Any number of workers post; only the pipeline thread takes.</remarks>
sealed class Mailbox<T>
{
    /// <summary>Batches that wait at most: enough to keep both sides busy, few enough to stop a worker soon.</summary>
    const int Capacity = 16;

    readonly Channel<IReadOnlyList<T>> batches =
        Channel.CreateBounded<IReadOnlyList<T>>(new BoundedChannelOptions(Capacity) { SingleReader = true });

    /// <summary>Posts a batch; waits while the box is full.</summary>
    public ValueTask PostAsync(IReadOnlyList<T> batch, CancellationToken cancellationToken) =>
        batches.Writer.WriteAsync(batch, cancellationToken);

    /// <summary>No more batches will come.</summary>
    public void Close() => batches.Writer.TryComplete();

    /// <summary>Takes a batch that is there already.</summary>
    public bool TryTake(out IReadOnlyList<T>? batch) => batches.Reader.TryRead(out batch);

    /// <summary>Completes when a batch is there (true) or none will come any more (false).</summary>
    public Task<bool> WaitAsync(CancellationToken cancellationToken) => batches.Reader.WaitToReadAsync(cancellationToken).AsTask();
}
