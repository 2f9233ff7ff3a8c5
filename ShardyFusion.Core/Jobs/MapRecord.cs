namespace ShardyFusion.Jobs;

/// <summary>What the attempt at a map did that won: the one whose record was there first.</summary>
sealed record MapRecord
{
    public required int Map { get; init; }
    /// <summary>Relative key of the rows; null when there are none.</summary>
    public string? RowsKey { get; init; }
    public required long Bytes { get; init; }
    /// <summary>Where the table of segments begins.</summary>
    public required long TableOffset { get; init; }
    /// <summary>Bad rows included.</summary>
    public required long RowsRead { get; init; }
    public required long Rejected { get; init; }
    public IReadOnlyList<string> RejectionSamples { get; init; } = [];
    /// <summary>Rows in the object: those read, without bad ones and duplicates.</summary>
    public required long Rows { get; init; }
    public required long Duplicates { get; init; }
    public IReadOnlyList<string> Warnings { get; init; } = [];
    public string? Host { get; init; }
    public double Seconds { get; init; }
}
