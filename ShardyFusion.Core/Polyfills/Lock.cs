namespace ShardyFusion.Polyfills;

/// <summary>A lock, by its own monitor: what the <c>lock</c> statement uses for any object.</summary>
sealed class Lock
{
    public bool TryEnter() => Monitor.TryEnter(this);

    public void Exit() => Monitor.Exit(this);
}
