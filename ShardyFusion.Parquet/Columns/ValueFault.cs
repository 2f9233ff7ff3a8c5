namespace ShardyFusion.Parquet.Columns;

/// <summary>A value of a row has no form in which it can be stored. Costs its row, not the file.</summary>
/// <param name="reason">What it is, to follow the column's name.</param>
sealed class ValueFault(string reason) : Exception(reason);
