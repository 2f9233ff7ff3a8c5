using ShardyFusion.Sessions;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>The readers that cmdlets without <c>-Reader</c> leave open for the next one, in the whole process.</summary>
static class SessionReaders
{
    /// <summary>Few: each holds an index and a filter for every shard that was asked for.</summary>
    const int Capacity = 8;

    /// <summary>Long enough for someone who looks at an answer before asking again.</summary>
    static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(5);

    /// <summary>The cache.</summary>
    public static ReaderCache Cache { get; } = new(Capacity, IdleTime);
}
