namespace ShardyFusion.Core.Tests.Fuzz;

/// <summary>Ends the process, and says which input did it, when a read hangs: nothing else can interrupt it.</summary>
sealed class Watchdog : IDisposable
{
    // Far above what an input needs on a slow machine.
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    readonly Timer _timer;
    string _what = "";

    public Watchdog() => _timer = new Timer(_ => Environment.FailFast($"A read took more than {Patience}: {_what}"), null, Patience,
        Timeout.InfiniteTimeSpan);

    /// <summary>Names the next input and starts its time.</summary>
    public void Start(string what)
    {
        Volatile.Write(ref _what, what);
        _timer.Change(Patience, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();
}
