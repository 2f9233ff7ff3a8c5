using System.Buffers.Binary;
using System.Numerics;
using ShardyFusion.Errors;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.Sqlite.Format;

/// <summary>What the first 100 bytes of a SQLite file say, as far as a reader needs it.</summary>
/// <param name="File">Path or URI, for errors.</param>
/// <param name="PageBytes">Size of a page: a power of two, 512 to 65536.</param>
/// <param name="UsableBytes">What of it is in use; the rest, at its end, belongs to an extension.</param>
/// <param name="PageCount">Pages of the database; bytes behind them do not belong to it.</param>
/// <param name="WholePages">Those of them that the file has in full; one less when its last page is cut.</param>
/// <param name="Text">How texts are stored.</param>
sealed record SqliteHeader(string File, int PageBytes, int UsableBytes, int PageCount, int WholePages, SqliteText Text)
{
    /// <summary>Bytes of the header, at the front of page 1.</summary>
    public const int Size = 100;

    /// <summary>The largest page.</summary>
    public const int MostPageBytes = 65536;

    const int LeastPageBytes = 512, LeastUsableBytes = 480;
    const int PageSizeAt = 16, ReadVersionAt = 19, ReservedAt = 20, FractionsAt = 21, ChangesAt = 24, PageCountAt = 28, TextAt = 56,
        CountedAt = 92;
    const byte WithLog = 2;

    /// <summary>What every SQLite file begins with.</summary>
    public static ReadOnlySpan<byte> Magic => "SQLite format 3\0"u8;

    /// <summary>Reads and checks a header.</summary>
    /// <param name="file">Path or URI.</param>
    /// <param name="bytes">The front of the file, at least <see cref="Size"/> bytes unless it is shorter.</param>
    /// <param name="fileBytes">Its size.</param>
    /// <exception cref="ShardCorruptException">It is damaged, or no SQLite file.</exception>
    public static SqliteHeader Read(string file, ReadOnlySpan<byte> bytes, long fileBytes)
    {
        if (bytes.Length < Size || !bytes.StartsWith(Magic))
            throw Fault(file, 0, fileBytes == 0 ? "the file is empty" : "it is no SQLite file: it does not begin with 'SQLite format 3'");
        int stated = BinaryPrimitives.ReadUInt16BigEndian(bytes[PageSizeAt..]);
        var pageBytes = stated == 1 ? MostPageBytes : stated;
        if (pageBytes < LeastPageBytes || !BitOperations.IsPow2(pageBytes))
            throw Fault(file, PageSizeAt, $"it states a page size of {stated}");
        if (bytes[ReadVersionAt] is 0 or > WithLog)
            throw new ShardUnsupportedException(file, ReadVersionAt, $"it needs a reader of version {bytes[ReadVersionAt]}");
        var usable = pageBytes - bytes[ReservedAt];
        if (usable < LeastUsableBytes)
            throw Fault(file, ReservedAt, $"it leaves {usable} bytes of a page of {pageBytes}");
        if (!bytes.Slice(FractionsAt, 3).SequenceEqual((ReadOnlySpan<byte>)[64, 32, 32]))
            throw Fault(file, FractionsAt, "its payload fractions are not 64, 32 and 32");
        var text = BinaryPrimitives.ReadUInt32BigEndian(bytes[TextAt..]);
        if (text > (uint)SqliteText.Utf16High)
            throw Fault(file, TextAt, $"it states text encoding {text}");
        var (wholePages, pages) = PagesOf(file, bytes, fileBytes, pageBytes);
        return new SqliteHeader(file, pageBytes, usable, pages, Math.Min(pages, wholePages),
            text == 0 ? SqliteText.Utf8 : (SqliteText)text);
    }

    static (int Whole, int Pages) PagesOf(string file, ReadOnlySpan<byte> bytes, long fileBytes, int pageBytes)
    {
        var whole = fileBytes / pageBytes;
        if (whole >= int.MaxValue)
            throw new ShardUnsupportedException(file, 0, $"it has {whole} pages");
        long pages = BinaryPrimitives.ReadUInt32BigEndian(bytes[PageCountAt..]);
        // Old writers leave the number alone; then it does not know of the last change.
        if (pages == 0 || !bytes.Slice(ChangesAt, sizeof(int)).SequenceEqual(bytes.Slice(CountedAt, sizeof(int))))
            pages = whole;
        // The last page may be cut: what lies on the others can be read.
        if (pages > (fileBytes + pageBytes - 1) / pageBytes)
            throw Fault(file, PageCountAt, $"it states {pages} pages, where the file has {whole}");
        return ((int)whole, (int)pages);
    }

    static ShardCorruptException Fault(string file, int at, string reason) => new(file, at, reason);

    /// <summary>First byte of a page in the file.</summary>
    public long OffsetOf(int page) => (page - 1L) * PageBytes;

    /// <summary>Names a page in an error.</summary>
    public BlockOrigin OriginOf(int page) => new(File, OffsetOf(page));

    /// <summary>A fault of a page.</summary>
    public ShardCorruptException Fault(int page, string reason) => OriginOf(page).Fault($"page {page}: {reason}");

    /// <summary>Checks a page number that another page states.</summary>
    /// <param name="page">The number.</param>
    /// <param name="statedBy">The page that states it.</param>
    /// <exception cref="ShardCorruptException">There is no such page, or it is the first, to which nothing leads.</exception>
    public int RequirePage(uint page, int statedBy) => page > 1 && page <= (uint)PageCount ? (int)page
        : throw Fault(statedBy, $"it leads to page {page}, where the file has {PageCount} pages");
}
