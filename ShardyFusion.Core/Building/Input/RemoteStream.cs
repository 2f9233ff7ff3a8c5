using ShardyFusion.Stores;

namespace ShardyFusion.Building.Input;

/// <summary>An object of a bucket or container from front to back, in ranges of which several are asked for at once.</summary>
sealed class RemoteStream : ForwardStream
{
    const int RangeBytes = 8 << 20, RangesAhead = 4;

    readonly RemoteInput input;
    readonly ObjectInfo info;
    readonly CancellationTokenSource stop = new();
    readonly IAsyncEnumerator<byte[]> ranges;
    byte[] range = [];
    int position;
    bool isAtEnd;
    Task<bool> next = Task.FromResult(false);

    RemoteStream(RemoteInput input, ObjectInfo info)
    {
        (this.input, this.info) = (input, info);
        var offsets = Enumerable.Range(0, checked((int)((info.SizeBytes + RangeBytes - 1) / RangeBytes))).Select(i => (long)i * RangeBytes);
        ranges = ReadAhead.InOrderAsync(offsets, LoadAsync, RangesAhead, stop.Token).GetAsyncEnumerator(CancellationToken.None);
    }

    /// <exception cref="Errors.ShardyFusionException"><see cref="Errors.ErrorKind.InputInvalid"/>: there is no such object; or a failure of
    /// the store.</exception>
    public static async Task<RemoteStream> OpenAsync(InputFile file, CancellationToken cancellationToken)
    {
        var input = new RemoteInput(file);
        try
        {
            return new RemoteStream(input,
                await input.HeadAsync("", cancellationToken).ConfigureAwait(false) ?? throw input.Missing());
        }
        catch
        {
            await input.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public override int Read(Span<byte> buffer) => throw new NotSupportedException("Objects are read asynchronously.");

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (position == range.Length && !isAtEnd)
        {
            next = ranges.MoveNextAsync().AsTask();
            if (await next.WaitAsync(cancellationToken).ConfigureAwait(false)) (range, position) = (ranges.Current, 0);
            else await EndAsync(cancellationToken).ConfigureAwait(false);
        }
        var count = Math.Min(buffer.Length, range.Length - position);
        range.AsMemory(position, count).CopyTo(buffer);
        position += count;
        return count;
    }

    public override async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ranges.DisposeAsync().ConfigureAwait(false);
        await input.DisposeAsync().ConfigureAwait(false);
        stop.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    async Task<byte[]> LoadAsync(long offset, CancellationToken cancellationToken)
    {
        var bytes = new byte[Math.Min(RangeBytes, info.SizeBytes - offset)];
        await input.ReadAsync("", offset, bytes, cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    /// <summary>The ranges are of one object only if it is still the same.</summary>
    async Task EndAsync(CancellationToken cancellationToken)
    {
        isAtEnd = true;
        if (await input.HeadAsync("", cancellationToken).ConfigureAwait(false) is { } now && now.ETag == info.ETag) return;
        throw input.Changed("");
    }
}
