namespace ShardyFusion.Catalog;

/// <summary>One shard, as the manifest tells.</summary>
/// <param name="ShardId"><c>db_id</c>.</param>
/// <param name="RowCount">Rows.</param>
/// <param name="MinKey">Smallest key: integer or text; null when unknown.</param>
/// <param name="MaxKey">Largest key: integer or text; null when unknown.</param>
/// <param name="Url">Where it lives.</param>
/// <param name="Bytes">Size of the file; null when the manifest does not say.</param>
/// <param name="Sha256">Lower-case hex; null when the manifest does not say.</param>
public sealed record ShardInfo(int ShardId, long RowCount, object? MinKey, object? MaxKey, string Url, long? Bytes, string? Sha256)
{
    /// <summary>What it is, with the versions of its formats, as in <c>SlateDB (manifest 1, tables 2)</c>; null when nobody has looked, or
    /// it could not be told.</summary>
    public string? Engine { get; init; }
}
