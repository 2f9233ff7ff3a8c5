namespace ShardyFusion.Formats;

/// <summary>The state of a run.</summary>
enum RunStatus
{
    /// <summary>Building; alive as long as its lease has not expired.</summary>
    Running,
    /// <summary>Published.</summary>
    Succeeded,
    /// <summary>Given up; nothing was published.</summary>
    Failed,
}
