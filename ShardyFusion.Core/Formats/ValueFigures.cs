namespace ShardyFusion.Formats;

/// <summary>What the values of a snapshot are like.</summary>
/// <param name="EmptyValues">Rows whose value has no bytes.</param>
/// <param name="LargestValueBytes">Size of the largest value.</param>
public sealed record ValueFigures(long EmptyValues, long LargestValueBytes);
