using System.Diagnostics;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>How long a command may wait for its operations, all waits together; what happens between them in the pipeline does not
/// count.</summary>
/// <remarks>Used on the pipeline thread only.</remarks>
sealed class WaitBudget(TimeSpan limit, CancellationToken stop) : IDisposable
{
    readonly CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(stop);
    TimeSpan left = limit;
    long startedAt;
    int depth;

    /// <summary>The whole time.</summary>
    public TimeSpan Limit { get; } = limit;

    /// <summary>Cancelled when the time is over, or by Ctrl+C.</summary>
    public CancellationToken Token => over.Token;

    /// <summary>True when it was the time that ended the operation.</summary>
    public bool IsOver => over.IsCancellationRequested && !stop.IsCancellationRequested;

    /// <summary>A wait begins. It may be within another one: a script runs while a command waits.</summary>
    public void Begin()
    {
        if (depth++ > 0 || over.IsCancellationRequested) return;
        startedAt = Stopwatch.GetTimestamp();
        over.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }

    /// <summary>It ends.</summary>
    public void End()
    {
        if (--depth > 0 || over.IsCancellationRequested) return;
        left -= Stopwatch.GetElapsedTime(startedAt);
        over.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => over.Dispose();
}
