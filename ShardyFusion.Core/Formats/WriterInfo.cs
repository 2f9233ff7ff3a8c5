namespace ShardyFusion.Formats;

/// <summary>Who wrote a shard.</summary>
sealed record WriterInfo
{
    /// <summary>Attempt number, from 0.</summary>
    public int Attempt { get; init; }

    /// <summary>How long it took, in milliseconds.</summary>
    public long DurationMs { get; init; }

    /// <summary>Stage of a distributed build, or null.</summary>
    public long? StageId { get; init; }

    /// <summary>Task attempt of a distributed build, or null.</summary>
    public long? TaskAttemptId { get; init; }
}
