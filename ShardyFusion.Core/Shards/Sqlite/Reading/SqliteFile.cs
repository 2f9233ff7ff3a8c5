using System.Globalization;
using ShardyFusion.Errors;
using ShardyFusion.Shards.Sqlite.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.Sqlite.Reading;

/// <summary>The SQLite file of a shard.</summary>
/// <param name="source">The file.</param>
/// <param name="sidecar">What lies beside it; null for nothing.</param>
sealed class SqliteFile(IShardSource source, SidecarFile? sidecar = null) : IFoundDatabase
{
    /// <summary>Its name in the shard's folder.</summary>
    public const string Name = "shard.db";

    /// <inheritdoc/>
    public string Engine => "SQLite";

    /// <inheritdoc/>
    public string Ref => source.Name;

    /// <inheritdoc/>
    public IShardSource File => source;

    /// <inheritdoc/>
    public bool CountsGivenRows => true;

    /// <inheritdoc/>
    public Task<IDatabaseShard> OpenAsync(BlockCache memory, CancellationToken cancellationToken) =>
        new SqliteOpening(source, memory, sidecar).RunAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<string> DescribeAsync(CancellationToken cancellationToken)
    {
        var front = new byte[Math.Min(SqliteHeader.Size, source.Length)];
        await source.ReadExactlyAsync(0, front, cancellationToken).ConfigureAwait(false);
        return string.Create(CultureInfo.InvariantCulture,
            $"SQLite (pages of {SqliteHeader.Read(source.Name, front, source.Length).PageBytes} bytes)");
    }

    /// <summary>The error for a file that is gone.</summary>
    public static ShardyFusionException Missing(string name, Exception? cause) =>
        new(ErrorKind.SnapshotIncomplete, $"The shard is incomplete: '{name}' is missing.", cause) { Target = name };
}
