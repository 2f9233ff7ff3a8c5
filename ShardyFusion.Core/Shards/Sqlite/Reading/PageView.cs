namespace ShardyFusion.Shards.Sqlite.Reading;

/// <summary>Pages that one search sees without waiting: those of the cache, and those that were read for it. The cache may drop a page
/// before it is looked at.</summary>
/// <param name="pages">The file.</param>
/// <param name="isPeek">True to leave the cache's statistics alone.</param>
readonly struct PageView(SqlitePages pages, bool isPeek = false)
{
    readonly Dictionary<int, ReadOnlyMemory<byte>>? held;

    PageView(SqlitePages pages, Dictionary<int, ReadOnlyMemory<byte>> held) : this(pages) => this.held = held;

    /// <summary>A view that keeps what is read for it.</summary>
    public static PageView Holding(SqlitePages pages) => new(pages, []);

    /// <summary>Finds a page.</summary>
    public bool TryGet(int page, out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        return held?.TryGetValue(page, out bytes) == true
            || (isPeek ? pages.TryPeek(page, out bytes) : pages.Loader.TryGet(page, out bytes));
    }

    /// <summary>Takes pages that were read for this view.</summary>
    public void Hold(int page, ReadOnlyMemory<byte> bytes) => held![page] = bytes;
}
