namespace ShardyFusion.Parquet.Format;

/// <summary>Bytes are not what the format says. Caught where file, column and place are known, and told with them.</summary>
/// <param name="reason">What is wrong, as the end of a sentence.</param>
sealed class DamageException(string reason) : Exception(reason);
