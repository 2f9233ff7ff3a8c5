namespace ShardyFusion.Stores.S3;

/// <summary>One attempt of a request, from the SDK's first step to the answer: what the connection and whoever sent it know of each
/// other.</summary>
/// <param name="startLine">Where the attempt waits for others, signed and all but sent; null to wait for nobody.</param>
sealed class S3Attempt(StartLine? startLine = null)
{
    static readonly AsyncLocal<S3Attempt?> current = new();

    volatile bool isSent;

    /// <summary>The attempt that the running code belongs to; null outside of any.</summary>
    public static S3Attempt? Current
    {
        get => current.Value;
        set => current.Value = value;
    }

    /// <summary>False while the SDK still looks for credentials or composes the request.</summary>
    public bool IsSent => isSent;

    /// <summary>Called when nothing is left to do but to send.</summary>
    public Task ReadyAsync(CancellationToken cancellationToken)
    {
        isSent = true;
        return startLine?.ArriveAsync(cancellationToken) ?? Task.CompletedTask;
    }
}

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
