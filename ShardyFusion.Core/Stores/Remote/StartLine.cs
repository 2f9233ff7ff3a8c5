namespace ShardyFusion.Stores.Remote;

/// <summary>Lets several requests start at the same moment.</summary>
/// <param name="participants">How many are waited for.</param>
sealed class StartLine(int participants)
{
    // Who never arrives (no connection, say) must not hold the others for good.
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    readonly TaskCompletionSource start = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int arrived;

    /// <summary>Waits until all have arrived.</summary>
    public async Task ArriveAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref arrived) >= participants) start.TrySetResult();
        try
        {
            await start.Task.WaitAsync(Limit, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            start.TrySetResult();
        }
    }
}
