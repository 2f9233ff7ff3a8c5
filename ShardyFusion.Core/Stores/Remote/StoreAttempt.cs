namespace ShardyFusion.Stores.Remote;

/// <summary>One attempt of a request, from the SDK's first step to the answer: what the connection and whoever sent it know of each
/// other.</summary>
/// <param name="startLine">Where the attempt waits for others, signed and all but sent; null to wait for nobody.</param>
sealed class StoreAttempt(StartLine? startLine = null)
{
    static readonly AsyncLocal<StoreAttempt?> current = new();

    volatile bool isSent;
    int bodies;

    /// <summary>The attempt that the running code belongs to; null outside of any.</summary>
    public static StoreAttempt? Current
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

    /// <summary>Called when the body of an object begins to arrive.</summary>
    /// <exception cref="IOException">It is the second one: the first was cut short.</exception>
    public void RequireFirstBody()
    {
        if (Interlocked.Increment(ref bodies) > 1) throw new IOException("The body was cut short.");
    }
}
