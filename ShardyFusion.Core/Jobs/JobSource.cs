using ShardyFusion.Building.Input;
using ShardyFusion.Errors;
using ShardyFusion.Jobs.Segments;

namespace ShardyFusion.Jobs;

/// <summary>The rows of a job.</summary>
public sealed record JobSource
{
    /// <summary>Where they come from.</summary>
    public JobRows Rows { get; init; }

    /// <summary>How they are read: key, values, format. Has neither path nor stream.</summary>
    public required InputFile Reading { get; init; }

    /// <summary>The files, read in this order; empty where an engine brings the rows. Every machine has to find them under these
    /// paths.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>About how many maps there shall be, 1..65,536; null for one a file. Only for files.</summary>
    public int? Maps { get; init; }

    /// <summary>Every fault; empty when it is valid.</summary>
    internal IEnumerable<string> Faults()
    {
        if (Rows == JobRows.Files && Paths.Count == 0) yield return "A job needs the files of its rows, or says that an engine "
            + "brings them.";
        if (Rows != JobRows.Files && Paths.Count > 0) yield return "Rows come either from files or from an engine.";
        if (Rows != JobRows.Files && Maps is not null) yield return "The engine decides how many maps there are; seal the job with "
            + "their number.";
        if (Maps is < 1 or > SegmentWriter.MostMaps) yield return $"Maps is {Maps}; it must be 1..65,536.";
        if (Rows != JobRows.Files && Reading.Format == InputFormat.Auto) yield return "The format of the rows that an engine brings "
            + "must be named.";
        if (Reading.Format == InputFormat.RocksDb) yield return "A job reads files of rows; build from a database on one machine.";
        if (Paths.Any(path => (Reading with { Path = path }).IsRemote))
            yield return "A job reads files that each machine finds on its disks; pipe objects of a store to its maps.";
        foreach (var fault in (Reading with { Path = "rows" }).Validate()) yield return fault;
    }

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/> naming every fault.</exception>
    internal void ThrowIfInvalid()
    {
        string[] faults = [.. Faults()];
        if (faults.Length > 0) throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(" ", faults));
    }
}
