using ShardyFusion.Errors;

namespace ShardyFusion.Stores.Remote;

/// <summary>An upload in parts that is under way. Parts may be sent at the same time.</summary>
interface IPartSession
{
    /// <summary>Sends one part; its bytes must stay as they are until the task ends.</summary>
    /// <param name="partNumber">1-based.</param>
    /// <param name="content">5 MiB or more, except for the last part.</param>
    /// <param name="cancellationToken">Ends the request at once.</param>
    Task SendAsync(int partNumber, ArraySegment<byte> content, CancellationToken cancellationToken);

    /// <summary>Makes the parts that were sent one object, under the condition.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.StoreUnsafe"/>: the store refuses conditions.</exception>
    Task<PutResult> CompleteAsync(long sizeBytes, PutCondition condition, CancellationToken cancellationToken);

    /// <summary>Drops the parts; once, within a limit.</summary>
    Task AbortAsync(TimeSpan limit);
}
