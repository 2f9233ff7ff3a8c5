namespace ShardyFusion.Parquet.Format;

/// <summary>The numbers of the newer descriptions of what values mean, and of the older ones.</summary>
static class LogicalKinds
{
    public const int Text = 1, Map = 2, List = 3, Enumeration = 4, Decimal = 5, Date = 6, Time = 7, Timestamp = 8, Integer = 10,
        Unknown = 11, Json = 12, Uuid = 14, Half = 15;

    public const int OldText = 0, OldMap = 1, OldMapEntry = 2, OldList = 3, OldEnumeration = 4, OldDecimal = 5, OldDate = 6,
        OldTimeMillis = 7, OldTimeMicros = 8, OldTimestampMillis = 9, OldTimestampMicros = 10, OldUnsigned8 = 11, OldUnsigned64 = 14,
        OldJson = 19, OldInterval = 21;
}
