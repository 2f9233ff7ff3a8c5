using System.Buffers;
using System.Globalization;
using ShardyFusion.Errors;

namespace ShardyFusion.Stores.Remote;

/// <summary>A streamed write: one request when it stays small, else parts that are sent while more is written.</summary>
/// <remarks>
/// Not for concurrent callers. Memory: one buffer of at most <see cref="PartBytes"/>, growing with what is written, and the parts under
/// way, whose number the store bounds over all its uploads. An upload never waits for a part's turn while it holds up others: the parts
/// under way need nothing from it.
/// </remarks>
sealed class PartedUpload(IRemoteWrites writes, RemoteLocation location, string key, PutOptions options, SemaphoreSlim partTurns)
    : IObjectUpload
{
    /// <summary>Size of a part, and the largest object written by one request.</summary>
    public const int PartBytes = 16 * 1024 * 1024;

    /// <summary>S3's limit; other stores allow more.</summary>
    public const int MaxParts = 10_000;

    const int FirstBufferBytes = 64 * 1024;

    // A stopped user waits for the first; whatever stays is aborted before the next build.
    static readonly TimeSpan AbortLimitWhenStopped = TimeSpan.FromMilliseconds(300);
    static readonly TimeSpan AbortLimit = TimeSpan.FromSeconds(5);

    readonly CancellationTokenSource lifetime = new();
    readonly List<Task> parts = [];
    byte[] buffer = [];
    int bufferedBytes;
    long totalBytes;
    IPartSession? upload;
    // The token given last: also whoever disposes an upload without asking it anything more may be in a hurry.
    CancellationToken stopped;
    bool isFinished;

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(isFinished, this);
        stopped = cancellationToken;
        cancellationToken.ThrowIfCancellationRequested();
        while (!content.IsEmpty)
        {
            if (bufferedBytes == PartBytes)
                await SendPartAsync(cancellationToken).ConfigureAwait(false);
            var count = Math.Min(content.Length, PartBytes - bufferedBytes);
            Reserve(bufferedBytes + count);
            content.Span[..count].CopyTo(buffer.AsSpan(bufferedBytes));
            bufferedBytes += count;
            totalBytes += count;
            content = content[count..];
        }
    }

    void Reserve(int neededBytes)
    {
        if (buffer.Length >= neededBytes)
            return;
        // Only the first part may stay small; the others fill up, all but the last.
        var wantedBytes = upload is null ? Math.Min(PartBytes, Math.Max(neededBytes, Math.Max(FirstBufferBytes, buffer.Length * 2)))
            : PartBytes;
        var larger = ArrayPool<byte>.Shared.Rent(wantedBytes);
        buffer.AsSpan(0, bufferedBytes).CopyTo(larger);
        ReturnBuffer(buffer);
        buffer = larger;
    }

    static void ReturnBuffer(byte[] pooled)
    {
        if (pooled.Length > 0)
            ArrayPool<byte>.Shared.Return(pooled);
    }

    async Task SendPartAsync(CancellationToken cancellationToken)
    {
        if (parts.Count == MaxParts)
            throw new ShardyFusionException(ErrorKind.ShardWrite, string.Create(CultureInfo.InvariantCulture,
                $"The object {location.Uri(key)} is larger than {(long)PartBytes * MaxParts:N0} bytes."))
            { Target = location.Uri(key), RecommendedAction = "Build more shards." };
        await ThrowIfPartFailedAsync().ConfigureAwait(false);
        upload ??= await writes.StartUploadAsync(key, options, cancellationToken).ConfigureAwait(false);
        await partTurns.WaitAsync(cancellationToken).ConfigureAwait(false);
        var (full, count) = (buffer, bufferedBytes);
        (buffer, bufferedBytes) = ([], 0);
        parts.Add(SendAsync(full, count, parts.Count + 1));
    }

    async Task SendAsync(byte[] full, int count, int partNumber)
    {
        try
        {
            // Hashing the part for its signature is work: not on the writer's thread.
            await Task.Run(() => upload!.SendAsync(partNumber, new ArraySegment<byte>(full, 0, count), lifetime.Token))
                .ConfigureAwait(false);
        }
        finally
        {
            partTurns.Release();
            ReturnBuffer(full);
        }
    }

    async Task ThrowIfPartFailedAsync()
    {
        foreach (var part in parts)
        {
            if (part.IsFaulted || part.IsCanceled)
                await part.ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task<PutResult> CompleteAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(isFinished, this);
        stopped = cancellationToken;
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (upload is null)
            {
                var single = await writes.PutAsync(key, buffer.AsMemory(0, bufferedBytes), options, cancellationToken)
                    .ConfigureAwait(false);
                isFinished = true;
                return single;
            }
            await SendPartAsync(cancellationToken).ConfigureAwait(false);
            await Task.WhenAll(parts).WaitAsync(cancellationToken).ConfigureAwait(false);
            var result = await upload.CompleteAsync(totalBytes, options.Condition, cancellationToken).ConfigureAwait(false);
            isFinished = result.Written;
            return result;
        }
        finally
        {
            await DiscardAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await DiscardAsync().ConfigureAwait(false);
        lifetime.Dispose();
    }

    async Task DiscardAsync()
    {
        ReturnBuffer(buffer);
        (buffer, bufferedBytes) = ([], 0);
        if (isFinished)
            return;
        isFinished = true;
        await lifetime.CancelAsync().ConfigureAwait(false);
        // The parts' buffers are in use until their requests have ended.
        await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (upload is { } started)
            await started.AbortAsync(stopped.IsCancellationRequested ? AbortLimitWhenStopped : AbortLimit).ConfigureAwait(false);
    }
}
