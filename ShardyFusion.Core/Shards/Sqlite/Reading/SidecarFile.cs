using ShardyFusion.Errors;
using ShardyFusion.Shards.Sqlite.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.Sqlite.Reading;

/// <summary>The sidecar of a shard.</summary>
/// <param name="source">The file.</param>
/// <param name="findTag">Asks for the ETag of the shard; null when it is not there.</param>
sealed class SidecarFile(IShardSource source, Func<CancellationToken, Task<string?>> findTag)
{
    /// <summary>Its name in the shard's folder.</summary>
    public const string Name = "shard.sidecar";

    /// <summary>Reads it: two requests, at the same time.</summary>
    /// <returns>Null when it is of no use: too large, damaged, gone, or of another file than is there now.</returns>
    public async Task<SqliteSidecar?> ReadAsync(CancellationToken cancellationToken)
    {
        if (source.Length > SqliteSidecar.MostBytes)
            return null;
        var content = new byte[source.Length];
        var reading = source.ReadAsync(0, content, cancellationToken).AsTask();
        var asking = findTag(cancellationToken);
        try
        {
            await Task.WhenAll(reading, asking).ConfigureAwait(false);
        }
        catch (ShardyFusionException gone) when (gone.Kind == ErrorKind.SnapshotIncomplete)
        {
            return null;
        }
        return await reading.ConfigureAwait(false) == content.Length && SqliteSidecar.Read(content) is { } sidecar
            && sidecar.IsOf(await asking.ConfigureAwait(false)) ? sidecar : null;
    }
}
