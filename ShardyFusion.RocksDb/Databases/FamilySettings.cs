namespace ShardyFusion.RocksDb.Databases;

/// <summary>What a database's OPTIONS file says of one column family, as far as it decides what its rows are.</summary>
/// <param name="Comparator">Name of the order of keys; null when it says nothing.</param>
/// <param name="MergeOperator">How merge operands become a value, such as <c>{id=StringAppendOperator;delimiter=,;}</c>; null for
/// none.</param>
/// <param name="HasTimeToLive">True when the database was opened with a time to live: each value ends with its time, 4 bytes.</param>
sealed record FamilySettings(string? Comparator, string? MergeOperator, bool HasTimeToLive)
{
    /// <summary>What is known of a family that the file does not name.</summary>
    public static FamilySettings Unknown { get; } = new(null, null, false);

    /// <summary>The library's own operators that have no settings, so that their names say all.</summary>
    static readonly string[] plainOperators = ["UInt64AddOperator", "uint64add", "PutOperator", "put", "MaxOperator", "max"];

    /// <summary>True for an operator that the library has itself and whose settings are recorded; joining with another delimiter, for
    /// one, would give other rows, and RocksDB wrote down the name alone before 6.25.</summary>
    public bool IsMergeOperatorKnown => MergeOperator is { } merge && (plainOperators.Contains(merge, StringComparer.Ordinal)
        || (merge.StartsWith("{id=", StringComparison.Ordinal) && (merge.Contains("delimiter=", StringComparison.Ordinal)
            ? merge.StartsWith("{id=StringAppendOperator;", StringComparison.Ordinal)
            : plainOperators.Contains(merge[4..].TrimEnd('}').TrimEnd(';'), StringComparer.Ordinal))));
}
