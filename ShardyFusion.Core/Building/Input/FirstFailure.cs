using System.Runtime.ExceptionServices;

namespace ShardyFusion.Building.Input;

/// <summary>The failure of the earliest piece of an input that several threads work on, so that the same input always gives the same
/// error.</summary>
/// <remarks>Safe for concurrent callers.</remarks>
sealed class FirstFailure
{
    readonly Lock gate = new();
    ExceptionDispatchInfo? failure;
    volatile int index = int.MaxValue;

    /// <summary>Number of the piece that failed; pieces before it must still be worked on, for they may fail too.</summary>
    public int Index => index;

    public bool Any => failure is not null;

    public void Add(int pieceIndex, Exception e)
    {
        lock (gate)
        {
            if (failure is not null && pieceIndex >= index) return;
            failure = ExceptionDispatchInfo.Capture(e);
            index = pieceIndex;
        }
    }

    public void ThrowIfAny() => failure?.Throw();
}
