namespace ShardyFusion.Parquet.Format;

/// <summary>The lowest parts of the schema, whose values lie in columns of their own.</summary>
/// <param name="Path">Names from the top, joined with dots.</param>
/// <param name="Type">What the values mean; null when that is not known here.</param>
/// <param name="MaxDefinition">The definition level of a value that is there.</param>
/// <param name="MaxRepetition">The number of lists it is in.</param>
sealed record SchemaLeaf(string Path, ColumnType? Type, int MaxDefinition, int MaxRepetition)
{
    /// <summary>Why the values cannot be read, as the end of a sentence; null when they can.</summary>
    public string? Fault { get; init; }
}
