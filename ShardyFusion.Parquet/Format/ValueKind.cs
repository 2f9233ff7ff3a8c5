namespace ShardyFusion.Parquet.Format;

/// <summary>What the values of a column mean.</summary>
enum ValueKind
{
    Boolean,
    Integer,
    /// <summary>32 bits in a signed type.</summary>
    Unsigned32,
    /// <summary>64 bits in a signed type.</summary>
    Unsigned64,
    Half,
    Float,
    Double,
    Decimal,
    /// <summary>UTF-8: text, enumerations and JSON.</summary>
    Text,
    Bytes,
    Uuid,
    Date,
    Time,
    Timestamp,
    /// <summary>Nanoseconds of a day and its Julian number, as Spark and Impala write times.</summary>
    Int96,
    Interval,
    /// <summary>A column without any value.</summary>
    Null,
}
