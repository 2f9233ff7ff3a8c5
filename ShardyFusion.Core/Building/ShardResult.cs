namespace ShardyFusion.Building;

/// <summary>One shard of a build.</summary>
/// <param name="ShardId"><c>db_id</c>.</param>
/// <param name="RowCount">Rows in it.</param>
/// <param name="Bytes">Size of the file.</param>
/// <param name="Attempt">The attempt that won, from 0.</param>
/// <param name="Url">Where it lives.</param>
/// <param name="Sha256">Lower-case hex of the file's SHA-256.</param>
public sealed record ShardResult(int ShardId, long RowCount, long Bytes, int Attempt, string Url, string Sha256);
