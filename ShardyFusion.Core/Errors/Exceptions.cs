namespace ShardyFusion.Errors;

/// <summary>A shard file cannot be read: it is damaged, truncated or no shard file.</summary>
public class ShardCorruptException : ShardyFusionException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="file">The file's path or URI.</param>
    /// <param name="offset">Byte offset in the file at which the fault was seen.</param>
    /// <param name="reason">What was expected and what was found.</param>
    /// <param name="innerException">The cause, or null.</param>
    public ShardCorruptException(string file, long offset, string reason, Exception? innerException = null)
        : this(ErrorKind.ShardCorrupt, file, offset, reason, innerException)
    {
    }

    private protected ShardCorruptException(ErrorKind kind, string file, long offset, string reason, Exception? innerException)
        : base(kind, $"Shard file '{file}' is not readable at offset {offset}: {reason}", innerException)
    {
        File = file;
        Offset = offset;
        Target = file;
    }

    /// <summary>The file's path or URI.</summary>
    public string File { get; }

    /// <summary>Byte offset in the file at which the fault was seen.</summary>
    public long Offset { get; }
}

/// <summary>A shard file is whole, but holds what is not read here: deletions, merges, several versions of a key, another
/// compression.</summary>
public sealed class ShardUnsupportedException : ShardCorruptException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="file">The file's path or URI.</param>
    /// <param name="offset">Byte offset in the file at which it was seen.</param>
    /// <param name="reason">What the file holds.</param>
    public ShardUnsupportedException(string file, long offset, string reason) : base(ErrorKind.ShardUnsupported, file, offset, reason, null)
    {
    }
}

/// <summary>The pointer moved between reading and writing it.</summary>
public sealed class PointerConflictException : ShardyFusionException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="ownRunId">The run that lost.</param>
    /// <param name="otherRunId">The run the pointer names now; null when that is unknown.</param>
    public PointerConflictException(string ownRunId, string? otherRunId)
        : base(ErrorKind.PointerConflict,
            $"Run '{ownRunId}' was not published: the pointer was moved to {(otherRunId is null ? "another run" : $"run '{otherRunId}'")} "
                + "in the meantime.")
    {
        OwnRunId = ownRunId;
        OtherRunId = otherRunId;
        Target = ownRunId;
    }

    /// <summary>The run that lost.</summary>
    public string OwnRunId { get; }

    /// <summary>The run the pointer names now; null when that is unknown.</summary>
    public string? OtherRunId { get; }
}

/// <summary>One input row cannot be used.</summary>
public sealed class RowException : ShardyFusionException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="kind"><see cref="ErrorKind.ShardAssignment"/> for a key, <see cref="ErrorKind.InputInvalid"/> for anything
    /// else.</param>
    /// <param name="rowNumber">1-based number of the row in the input.</param>
    /// <param name="reason">What is wrong with it, naming the key or field.</param>
    /// <param name="innerException">The cause, or null.</param>
    public RowException(ErrorKind kind, long rowNumber, string reason, Exception? innerException = null)
        : base(kind, $"Row {rowNumber}: {reason}", innerException)
    {
        RowNumber = rowNumber;
        Reason = reason;
    }

    /// <summary>1-based number of the row in the input.</summary>
    public long RowNumber { get; }

    /// <summary>What is wrong with the row, without its number.</summary>
    public string Reason { get; }
}
