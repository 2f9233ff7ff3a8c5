using ShardyFusion.Errors;
using ShardyFusion.Shards.Sqlite.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.Sqlite.Reading;

/// <summary>Opens a SQLite file as a shard: its front with one read, which most often holds all that is needed.</summary>
/// <param name="source">The file.</param>
/// <param name="cache">Where pages are kept.</param>
/// <param name="sidecar">Its upper pages; null when there is none.</param>
sealed class SqliteOpening(IShardSource source, BlockCache cache, SidecarFile? sidecar)
{
    /// <summary>Bytes of the first read; a page is not larger.</summary>
    const int FrontBytes = SqliteHeader.MostPageBytes;

    /// <summary>Records of so many columns have their header in the cell, however small pages are.</summary>
    const int MostColumns = 6;

    /// <summary>The table of a shard, and its columns.</summary>
    public const string Table = "kv", Key = "k", Value = "v";

    /// <summary>Opens the file.</summary>
    /// <exception cref="ShardCorruptException">It is damaged, or no SQLite file.</exception>
    /// <exception cref="ShardUnsupportedException">It has no table <c>kv</c> whose rows can be read here.</exception>
    public async Task<IDatabaseShard> RunAsync(CancellationToken cancellationToken)
    {
        var pages = await OpenPagesAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var (root, table) = await FindTableAsync(pages, cancellationToken).ConfigureAwait(false);
            var (key, value) = (table.IndexOf(Key), table.IndexOf(Value));
            if (key < 0 || value < 0)
                throw Unsupported($"its table '{Table}' has no columns '{Key}' and '{Value}'");
            if (table.IsByKeyAlone && key == 0 && table.Stored.Count <= MostColumns)
                return new SqliteShard(new SqliteTree(pages.Header, root, value), pages);
            var rows = await new RowGathering(pages, root, !table.IsWithoutRowid, key, value).RunAsync(cancellationToken)
                .ConfigureAwait(false);
            pages.Leave();
            return rows;
        }
        catch
        {
            pages.Leave();
            throw;
        }
    }

    async Task<SqlitePages> OpenPagesAsync(CancellationToken cancellationToken)
    {
        if (await TryOpenSidecarAsync(cancellationToken).ConfigureAwait(false) is { } known)
            return known;
        var front = new byte[Math.Min(FrontBytes, source.Length)];
        await source.ReadExactlyAsync(0, front, cancellationToken).ConfigureAwait(false);
        var pages = new SqlitePages(SqliteHeader.Read(source.Name, front, source.Length), source, cache);
        pages.Offer(front);
        return pages;
    }

    // Of no use to one who keeps no page.
    async Task<SqlitePages?> TryOpenSidecarAsync(CancellationToken cancellationToken)
    {
        if (sidecar is null || cache.BudgetBytes == 0
            || await sidecar.ReadAsync(cancellationToken).ConfigureAwait(false) is not { Pages: [{ Key: 1, Value: var first }, ..] } upper)
            return null;
        try
        {
            var pages = new SqlitePages(SqliteHeader.Read(source.Name, first, source.Length), source, cache);
            if (pages.Header.PageBytes != upper.PageBytes)
                return null;
            foreach (var (page, bytes) in upper.Pages)
                pages.Offer(page, bytes);
            return pages;
        }
        catch (ShardCorruptException)
        {
            // What the file itself says counts.
            return null;
        }
    }

    async Task<(int Root, TableDefinition Table)> FindTableAsync(SqlitePages pages, CancellationToken cancellationToken)
    {
        var entry = await SchemaEntry.FindAsync(pages.Header, pages, Table, cancellationToken).ConfigureAwait(false)
            ?? throw Unsupported($"it has no table '{Table}'");
        if (entry.Type == "view")
            throw Unsupported($"'{Table}' is a view, whose rows only SQLite itself can compute");
        if (entry.Root == 0)
            throw Unsupported($"'{Table}' is a virtual table");
        return (entry.Root, TableDefinition.Parse(entry.Statement)
            ?? throw Unsupported($"the columns of its table '{Table}' are computed or cannot be told"));
    }

    ShardUnsupportedException Unsupported(string reason) => new(source.Name, 0, reason);
}
