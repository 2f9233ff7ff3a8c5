using ShardyFusion.Building.Input;

namespace ShardyFusion.Jobs;

/// <summary>A file of rows, as it was when the job was planned.</summary>
sealed record JobFile
{
    /// <summary>Full path; the same on each machine.</summary>
    public required string Path { get; init; }
    public required long Bytes { get; init; }
    /// <summary>When it was last written, UTC.</summary>
    public required DateTime ModifiedAt { get; init; }
    public required InputFormat Format { get; init; }
    /// <summary>What comes before its first row: each slice is read behind that. Null for a file that is read as a whole.</summary>
    public byte[]? Preamble { get; init; }
    /// <summary>Columns that have numbers for names, by its first row; null where something names them.</summary>
    public IReadOnlyList<string>? Columns { get; init; }
}
