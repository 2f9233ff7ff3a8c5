namespace ShardyFusion.Routing.Cel;

/// <summary>Why an expression gives no value for a row.</summary>
/// <param name="Reason">What happened, as a part of a sentence; the row or key is named by who knows it.</param>
sealed record CelFault(string Reason)
{
    /// <summary>The column that it is about; null when it is about none.</summary>
    public string? Column { get; init; }

    public static readonly CelFault Overflow = new("the arithmetic leaves the 64-bit range");
    public static readonly CelFault DivisionByZero = new("it divides by zero");
    public static readonly CelFault IntRange = new("the number does not fit an int (64 bits, signed)");
    public static readonly CelFault UIntRange = new("the number does not fit a uint (64 bits, not negative)");
    public static readonly CelFault HashRange = new("shard_hash() takes numbers below 2^63 only");
    public static readonly CelFault NoInt = new("the text is no int in decimal digits");
    public static readonly CelFault NoUInt = new("the text is no uint in decimal digits");
    public static readonly CelFault NoDouble = new("the text is no number");
    public static readonly CelFault NoBool = new("the text is neither true nor false");
    public static readonly CelFault NoUtf8 = new("the bytes are not valid UTF-8");
    public static readonly CelFault IndexRange = new("the list has no element with this index");
    public static readonly CelFault KeyNotFound = new("the map has no such key");
    public static readonly CelFault TextTooLong = new($"the text grows beyond {CelScratch.MaxBytes >> 20} MiB");
}
