using ShardyFusion.Catalog;

namespace ShardyFusion.Maintenance;

/// <summary>Which rows of which snapshot to export; without bounds, all of them.</summary>
public sealed record ExportOptions
{
    /// <summary>The snapshot.</summary>
    public SnapshotSelector Selector { get; init; } = SnapshotSelector.Current;
    /// <summary>The smallest key; null for no bound. Integers are ordered by size, text and bytes by their bytes.</summary>
    public object? FirstKey { get; init; }
    /// <summary>The largest key, itself included; null for no bound.</summary>
    public object? LastKey { get; init; }
    /// <summary>What keys start with: text, or bytes where keys are bytes; null for anything. Not for integer keys.</summary>
    public object? KeyPrefix { get; init; }
    /// <summary>Puts an apostrophe before each CSV cell that begins with <c>=</c>, <c>+</c>, <c>-</c>, <c>@</c>, a tab or a carriage
    /// return, so that no spreadsheet takes it for a formula. Such a file does not read back as the rows that were exported.</summary>
    public bool GuardFormulas { get; init; }

    /// <summary>The column family of a RocksDB database; null for the one that is called default.</summary>
    public string? ColumnFamily { get; init; }
    /// <summary>Gives each shard a column family of its own in a RocksDB database, called <c>db=00000</c> and so on.</summary>
    public bool ColumnFamilyPerShard { get; init; }

    /// <summary>Every fault of these options, each naming the option; empty when they are valid.</summary>
    public IReadOnlyList<string> Validate() => [.. Faults()];

    IEnumerable<string> Faults()
    {
        if (KeyPrefix is not null && (FirstKey ?? LastKey) is not null)
            yield return "KeyPrefix cannot be combined with FirstKey or LastKey.";
        if (ColumnFamily is not null && ColumnFamilyPerShard) yield return "ColumnFamily cannot be combined with ColumnFamilyPerShard.";
        if (ColumnFamily is { Length: 0 }) yield return "A column family has a name.";
    }
}
