namespace ShardyFusion.Stores;

/// <summary>Bounds what has to be said to the store at the end of a run: by a limit, and by a shorter one once the user wants to
/// stop.</summary>
/// <remarks>A store that stalls must not hold up whoever pressed Ctrl+C; what was left unsaid ends with the lease or is found by the next
/// build.</remarks>
sealed class ShutdownTimeout : IDisposable
{
    /// <summary>With what an upload takes to be aborted this stays below a second.</summary>
    static readonly TimeSpan AfterStopRemote = TimeSpan.FromMilliseconds(400);

    /// <summary>A disk answers, if late: a busy machine must not leave a run without its end.</summary>
    static readonly TimeSpan AfterStopLocal = TimeSpan.FromSeconds(8);

    readonly CancellationTokenSource source;
    readonly CancellationTokenRegistration registration;

    /// <param name="limit">Without a wish to stop.</param>
    /// <param name="store">The store that has to be told.</param>
    /// <param name="stopped">The wish to stop, cancelled already or later.</param>
    public ShutdownTimeout(TimeSpan limit, IObjectStore store, CancellationToken stopped)
    {
        source = new CancellationTokenSource(limit);
        registration = stopped.Register(() => source.CancelAfter(AfterStop(store)));
    }

    /// <summary>How long a store may take once the user wants to stop.</summary>
    public static TimeSpan AfterStop(IObjectStore store) => store.Capabilities.IsLocal ? AfterStopLocal : AfterStopRemote;

    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        registration.Dispose();
        source.Dispose();
    }
}
