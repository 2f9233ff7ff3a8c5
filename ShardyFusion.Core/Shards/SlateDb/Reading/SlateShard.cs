using ShardyFusion.Errors;
using ShardyFusion.Shards.SlateDb.Format;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.SlateDb.Reading;

/// <summary>
/// A SlateDB database as a shard, read only: index and filter of each table and the rows of its log files stay in memory, blocks come
/// one ranged read each and go through a shared cache. Any number of threads may read it at once. Values stay valid for as long as
/// they are referenced.
/// </summary>
/// <remarks>It shows the database as it was when it was opened. From a local store nothing waits: all is complete at once.</remarks>
sealed partial class SlateShard : IDatabaseShard
{
    readonly SlateManifest manifest;
    readonly OpenLevel[] levels;
    readonly SlateTable[] tables;
    readonly WalRows wal;
    readonly BlockCache cache;
    readonly TimeProvider clock;
    readonly bool hasFilters;
    volatile bool isClosed;

    /// <param name="manifest">What the database says.</param>
    /// <param name="levels">Its tables, newest first.</param>
    /// <param name="wal">Rows of its log files.</param>
    /// <param name="cache">Where blocks are kept.</param>
    /// <param name="clock">Tells which rows are expired.</param>
    internal SlateShard(SlateManifest manifest, OpenLevel[] levels, WalRows wal, BlockCache cache, TimeProvider clock)
    {
        (this.manifest, this.levels, this.wal, this.cache, this.clock) = (manifest, levels, wal, cache, clock);
        tables = [.. levels.SelectMany(level => level.Views).Select(view => view.Table).Distinct()];
        hasFilters = Array.Exists(tables, table => table.HasFilter);
        MemoryBytes = wal.MemoryBytes + tables.Sum(table => table.MemoryBytes);
    }

    /// <summary>Absolute ref of the database.</summary>
    public required string Root { get; init; }

    /// <summary>The manifest that is read.</summary>
    public ulong ManifestId => manifest.Id;

    /// <summary>Version of the manifest's format.</summary>
    public int ManifestVersion => manifest.Version;

    /// <summary>Tables that are read.</summary>
    public int TableCount => tables.Length;

    /// <summary>Log files whose rows are in no table.</summary>
    public int WalFileCount { get; init; }

    /// <summary>Bytes of the objects that are read: manifest, tables and log files.</summary>
    public long StoredBytes { get; init; }

    /// <summary>Bytes held in memory while it is open, the rows of log files included; blocks of tables are the cache's.</summary>
    public long MemoryBytes { get; }

    /// <summary>Opens a database: a request for each thousand of its objects, one for the manifest, one for each table, one for each
    /// log file that is not in tables, and one for the last log file that is, if it is still there.</summary>
    /// <param name="files">Its objects.</param>
    /// <param name="cache">Where blocks are kept.</param>
    /// <param name="options">How it is read.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="ShardCorruptException">A part of it is damaged, contradicts another, or is of an unknown version.</exception>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.SnapshotIncomplete"/>: there is no database, or a file of it is
    /// missing; or a failure of the store.</exception>
    public static async Task<SlateShard> OpenAsync(SlateFiles files, BlockCache cache, SlateReadOptions options,
        CancellationToken cancellationToken)
    {
        var listing = await files.ListAsync(cancellationToken).ConfigureAwait(false);
        return await OpenAsync(files, listing, cache, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>As <see cref="OpenAsync(SlateFiles, BlockCache, SlateReadOptions, CancellationToken)"/>, when it was listed
    /// already.</summary>
    public static Task<SlateShard> OpenAsync(SlateFiles files, SlateListing listing, BlockCache cache, SlateReadOptions options,
        CancellationToken cancellationToken) => new SlateOpening(files, cache, options).RunAsync(listing, cancellationToken);

    /// <inheritdoc/>
    public IEnumerable<ShardPart> Parts(int mostBytes)
    {
        for (var file = 0; file < tables.Length; file++)
        {
            var table = tables[file];
            for (var next = 0; next < table.BlockCount;)
            {
                var chunk = table.Loader.ChunkFrom(next, table.BlockCount, mostBytes);
                yield return new ShardPart(file, chunk);
                next = chunk.End;
            }
        }
    }

    /// <inheritdoc/>
    public Task<long> LoadAsync(ShardPart part, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        return tables[part.File].Loader.WarmAsync(part.Blocks, cancellationToken);
    }

    void ThrowIfClosed()
    {
        if (isClosed)
            throw new ShardyFusionException(ErrorKind.ReaderState, $"The shard '{Root}' is closed.") { Target = Root };
    }

    /// <inheritdoc/>
    public void Leave() => cache.Remove(tables.Select(table => table.Loader.Id).ToHashSet());

    /// <summary>Drops the shard's blocks from the cache; values already handed out stay valid, reads in flight end as usual.</summary>
    public void Dispose()
    {
        isClosed = true;
        Leave();
    }
}
