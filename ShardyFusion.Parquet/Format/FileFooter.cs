namespace ShardyFusion.Parquet.Format;

/// <summary>What a file says of itself at its end.</summary>
sealed record FileFooter(IReadOnlyList<SchemaElement> Schema, long Rows, IReadOnlyList<RowGroup> RowGroups)
{
    /// <summary>True when the columns are encrypted although the footer is not.</summary>
    public bool IsEncrypted { get; init; }
}
