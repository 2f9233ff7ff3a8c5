namespace ShardyFusion.Parquet.Format;

/// <summary>What the values of a column mean, and how they are stored.</summary>
sealed record ColumnType(ValueKind Kind, PhysicalType Physical)
{
    /// <summary>Bytes of a fixed value.</summary>
    public int Length { get; init; }
    /// <summary>Digits after the point of a decimal.</summary>
    public int Scale { get; init; }
    /// <summary>Digits after the point of a second: 3, 6 or 9.</summary>
    public int Fraction { get; init; }
    /// <summary>True when a time is one of UTC, false when its zone is not said.</summary>
    public bool IsUtc { get; init; }

    /// <summary>True when texts are JSON documents.</summary>
    public bool IsJson { get; init; }

    /// <summary>True when values are numbers of up to 64 bits, false when they are bytes.</summary>
    public bool IsNumber => Physical is PhysicalType.Boolean or PhysicalType.Int32 or PhysicalType.Int64 or PhysicalType.Float
        or PhysicalType.Double;

    /// <summary>True when values are JSON numbers or Booleans, false when they are texts.</summary>
    public bool IsBare => Kind is ValueKind.Boolean or ValueKind.Integer or ValueKind.Unsigned32 or ValueKind.Unsigned64 or ValueKind.Half
        or ValueKind.Float or ValueKind.Double or ValueKind.Decimal;

    /// <summary>True for values that can be keys as integers.</summary>
    public bool IsInteger => Kind is ValueKind.Integer or ValueKind.Unsigned32 or ValueKind.Unsigned64
        || Kind == ValueKind.Decimal && Scale == 0;
}
