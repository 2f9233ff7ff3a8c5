namespace ShardyFusion.Parquet.Format;

/// <summary>A column, or a part of a nested one, as rows show it.</summary>
/// <remarks>
/// An entry of a column has a definition level, which says how far down its path something is there, and a repetition level, which says
/// at which list of the path it goes on. The levels here are those from which on this part is there.
/// </remarks>
sealed record SchemaNode(string Name, NodeShape Shape)
{
    /// <summary>The definition level from which on the part is not null.</summary>
    public int DefinedFrom { get; init; }
    /// <summary>Of a list or map: the definition level from which on it has an element.</summary>
    public int FilledFrom { get; init; }
    /// <summary>Of a list or map: the repetition level of its elements after the first.</summary>
    public int RepeatedAt { get; init; }
    /// <summary>Of a value: what it means.</summary>
    public ColumnType? Type { get; init; }
    /// <summary>Of a value: its place among the columns of a row group.</summary>
    public int Leaf { get; init; } = -1;
    /// <summary>Of a structure its fields, of a list its element, of a map key and value.</summary>
    public IReadOnlyList<SchemaNode> Children { get; init; } = [];
}
