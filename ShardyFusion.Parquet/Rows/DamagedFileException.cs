using ShardyFusion.Errors;

namespace ShardyFusion.Parquet.Rows;

/// <summary>A file is not whole: it costs the build, not a row.</summary>
sealed class DamagedFileException(string message) : ShardyFusionException(ErrorKind.InputInvalid, message);
