namespace ShardyFusion.Parquet.Format;

/// <summary>Settles what the values of a column mean. Stateless.</summary>
static class ColumnTypes
{
    const int UuidBytes = 16, HalfBytes = 2, IntervalBytes = 12, MaxScale = 1024;

    /// <returns>The type, or why the values cannot be read.</returns>
    public static (ColumnType? Type, string? Fault) Of(SchemaElement element)
    {
        if (element.Physical is not (>= (int)PhysicalType.Boolean and <= (int)PhysicalType.FixedBytes and var stored))
            return (null, $"has the unknown type {element.Physical}");
        var physical = (PhysicalType)stored;
        if (physical == PhysicalType.FixedBytes && element.Length <= 0) return (null, $"has values of {element.Length} bytes");
        var plain = new ColumnType(PlainKind(physical), physical) { Length = LengthOf(physical, element.Length) };
        var type = Newer(element, plain) ?? Older(element, plain) ?? plain;
        if (!Fits(type)) return (null, $"is {type.Kind} stored as {physical}, which no writer does");
        return type.Scale is < 0 or > MaxScale ? (null, $"has {type.Scale} digits after the point") : (type, null);
    }

    static int LengthOf(PhysicalType physical, int length) => physical switch
    {
        PhysicalType.FixedBytes => length,
        PhysicalType.Int96 => 12,
        PhysicalType.Int32 or PhysicalType.Float => 4,
        PhysicalType.Int64 or PhysicalType.Double => 8,
        _ => 0,
    };

    static ValueKind PlainKind(PhysicalType physical) => physical switch
    {
        PhysicalType.Boolean => ValueKind.Boolean,
        PhysicalType.Int32 or PhysicalType.Int64 => ValueKind.Integer,
        PhysicalType.Int96 => ValueKind.Int96,
        PhysicalType.Float => ValueKind.Float,
        PhysicalType.Double => ValueKind.Double,
        _ => ValueKind.Bytes,
    };

    static ColumnType? Newer(SchemaElement element, ColumnType plain) => element.Logical switch
    {
        LogicalKinds.Text or LogicalKinds.Enumeration => plain with { Kind = ValueKind.Text },
        LogicalKinds.Json => plain with { Kind = ValueKind.Text, IsJson = true },
        LogicalKinds.Decimal => plain with { Kind = ValueKind.Decimal, Scale = element.LogicalScale },
        LogicalKinds.Date => plain with { Kind = ValueKind.Date },
        LogicalKinds.Time when element.Fraction > 0 => plain with { Kind = ValueKind.Time, Fraction = element.Fraction },
        LogicalKinds.Timestamp when element.Fraction > 0 =>
            plain with { Kind = ValueKind.Timestamp, Fraction = element.Fraction, IsUtc = element.IsUtc },
        LogicalKinds.Integer when !element.IsSigned => Unsigned(plain),
        LogicalKinds.Integer => plain,
        LogicalKinds.Unknown => plain with { Kind = ValueKind.Null },
        LogicalKinds.Uuid => plain with { Kind = ValueKind.Uuid },
        LogicalKinds.Half => plain with { Kind = ValueKind.Half },
        _ => null,
    };

    static ColumnType? Older(SchemaElement element, ColumnType plain) => element.Converted switch
    {
        LogicalKinds.OldText or LogicalKinds.OldEnumeration => plain with { Kind = ValueKind.Text },
        LogicalKinds.OldJson => plain with { Kind = ValueKind.Text, IsJson = true },
        LogicalKinds.OldDecimal => plain with { Kind = ValueKind.Decimal, Scale = element.Scale },
        LogicalKinds.OldDate => plain with { Kind = ValueKind.Date },
        LogicalKinds.OldTimeMillis => plain with { Kind = ValueKind.Time, Fraction = 3 },
        LogicalKinds.OldTimeMicros => plain with { Kind = ValueKind.Time, Fraction = 6 },
        LogicalKinds.OldTimestampMillis => plain with { Kind = ValueKind.Timestamp, Fraction = 3, IsUtc = true },
        LogicalKinds.OldTimestampMicros => plain with { Kind = ValueKind.Timestamp, Fraction = 6, IsUtc = true },
        >= LogicalKinds.OldUnsigned8 and <= LogicalKinds.OldUnsigned64 => Unsigned(plain),
        LogicalKinds.OldInterval => plain with { Kind = ValueKind.Interval },
        _ => null,
    };

    static ColumnType Unsigned(ColumnType plain) => plain with
    {
        Kind = plain.Physical == PhysicalType.Int64 ? ValueKind.Unsigned64 : ValueKind.Unsigned32,
    };

    static bool Fits(ColumnType type) => type.Kind switch
    {
        ValueKind.Text => type.Physical is PhysicalType.ByteArray or PhysicalType.FixedBytes,
        ValueKind.Decimal => type.Physical is PhysicalType.Int32 or PhysicalType.Int64 or PhysicalType.ByteArray or PhysicalType.FixedBytes,
        ValueKind.Date or ValueKind.Unsigned32 => type.Physical == PhysicalType.Int32,
        ValueKind.Time => type.Physical == (type.Fraction == 3 ? PhysicalType.Int32 : PhysicalType.Int64),
        ValueKind.Timestamp or ValueKind.Unsigned64 => type.Physical == PhysicalType.Int64,
        ValueKind.Uuid => type is { Physical: PhysicalType.FixedBytes, Length: UuidBytes },
        ValueKind.Half => type is { Physical: PhysicalType.FixedBytes, Length: HalfBytes },
        ValueKind.Interval => type is { Physical: PhysicalType.FixedBytes, Length: IntervalBytes },
        _ => true,
    };
}
