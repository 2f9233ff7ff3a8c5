namespace ShardyFusion.Parquet.Format;

/// <summary>One element of the schema as the footer lists it.</summary>
sealed class SchemaElement
{
    public string Name { get; set; } = "";
    public int? Physical { get; set; }
    public int Length { get; set; }
    /// <summary>0 required, 1 optional, 2 repeated.</summary>
    public int Repetition { get; set; }
    public int Children { get; set; }
    /// <summary>The old description of what values mean.</summary>
    public int? Converted { get; set; }
    public int Scale { get; set; }
    /// <summary>The number of the newer description; 0 when there is none.</summary>
    public int Logical { get; set; }
    public int LogicalScale { get; set; }
    /// <summary>3, 6 or 9; 0 when unknown.</summary>
    public int Fraction { get; set; }
    public bool IsUtc { get; set; }
    public int Bits { get; set; }
    public bool IsSigned { get; set; } = true;
}
