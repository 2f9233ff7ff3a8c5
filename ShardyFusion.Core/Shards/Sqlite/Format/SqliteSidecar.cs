using System.Buffers.Binary;
using System.Text;
using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Shards.Sqlite.Format;

/// <summary>What the later shardyfusion version puts beside a shard for readers by page: its upper pages, so that a lookup reads one page
/// more.</summary>
/// <param name="Tag">The ETag of the shard that it belongs to, without quotation marks.</param>
/// <param name="PageBytes">Size of a page.</param>
/// <param name="Pages">Whole pages by their numbers, ascending: those of the schema, and interior ones.</param>
sealed record SqliteSidecar(string Tag, int PageBytes, IReadOnlyList<KeyValuePair<int, byte[]>> Pages)
{
    /// <summary>Larger ones are left alone.</summary>
    public const int MostBytes = 64 << 20;

    const int MostBodyBytes = 256 << 20;
    const byte Version = 8;
    const int VersionAt = 4, BodyBytesAt = 5, PageBytesAt = 13, TagBytesAt = 17, TagAt = 18;

    static ReadOnlySpan<byte> Magic => "SQPC"u8;

    /// <summary>Reads one.</summary>
    /// <param name="content">Untrusted bytes.</param>
    /// <returns>Null for what is damaged, of another version, or bound to no shard: it is of no use then.</returns>
    public static SqliteSidecar? Read(ReadOnlySpan<byte> content)
    {
        if (content.Length < TagAt || !content.StartsWith(Magic) || content[VersionAt] != Version)
            return null;
        var bodyBytes = BinaryPrimitives.ReadUInt64LittleEndian(content[BodyBytesAt..]);
        var pageBytes = BinaryPrimitives.ReadUInt32LittleEndian(content[PageBytesAt..]);
        var frameAt = TagAt + content[TagBytesAt];
        if (bodyBytes is 0 or > MostBodyBytes || pageBytes > SqliteHeader.MostPageBytes || frameAt >= content.Length)
            return null;
        var tag = Trim(Encoding.UTF8.GetString(content[TagAt..frameAt]));
        var body = new byte[bodyBytes];
        return tag.Length > 0 && ZstdFrame.TryDecompress(content[frameAt..], body) && ReadPages(body, (int)pageBytes) is { } pages
            ? new SqliteSidecar(tag, (int)pageBytes, pages) : null;
    }

    /// <summary>True when it belongs to the object of this ETag.</summary>
    public bool IsOf(string? etag) => etag is not null && Trim(etag) == Tag;

    static string Trim(string etag) => etag.Trim('"');

    // Numbers of pages and where each begins; the same for chains of overflow pages, whose pages are guessed well enough without.
    static List<KeyValuePair<int, byte[]>>? ReadPages(ReadOnlySpan<byte> body, int pageBytes)
    {
        var rest = body;
        if (!TryTake(ref rest, 1, out var counted) || !TryTake(ref rest, counted[0], out var numbers)
            || !TryTake(ref rest, counted[0] + 1L, out var starts)
            || !TryTake(ref rest, 1, out var chains) || !TryTake(ref rest, chains[0], out _)
            || !TryTake(ref rest, chains[0] + 1L, out var chainStarts) || !TryTake(ref rest, chainStarts[^1], out _))
            return null;
        var pages = new List<KeyValuePair<int, byte[]>>(numbers.Length);
        for (var i = 0; i < numbers.Length; i++)
        {
            var isInOrder = numbers[i] is > 0 and < int.MaxValue && (i == 0 || numbers[i] > numbers[i - 1]);
            if (!isInOrder || starts[i] > starts[i + 1] || starts[i + 1] > (uint)rest.Length
                || WithGap(rest[(int)starts[i]..(int)starts[i + 1]], numbers[i] == 1, pageBytes) is not { } page)
                return null;
            pages.Add(KeyValuePair.Create((int)numbers[i], page));
        }
        return pages;
    }

    static bool TryTake(ref ReadOnlySpan<byte> rest, long count, out uint[] numbers)
    {
        numbers = [];
        if (count > rest.Length / sizeof(uint))
            return false;
        numbers = new uint[count];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = BinaryPrimitives.ReadUInt32LittleEndian(rest[(i * sizeof(uint))..]);
        rest = rest[(numbers.Length * sizeof(uint))..];
        return true;
    }

    // The free bytes between a page's cell pointers and its cells are left out.
    static byte[]? WithGap(ReadOnlySpan<byte> stored, bool isFirst, int pageBytes)
    {
        var start = isFirst ? SqliteHeader.Size : 0;
        if (stored.Length < start + BtreePage.InteriorHeaderBytes || stored.Length > pageBytes)
            return null;
        var head = stored[start..];
        var isInterior = head[0] is BtreePage.InteriorIndex or BtreePage.InteriorTable;
        var pointersEnd = start + (isInterior ? BtreePage.InteriorHeaderBytes : BtreePage.LeafHeaderBytes)
            + 2 * BinaryPrimitives.ReadUInt16BigEndian(head[3..]);
        var content = BinaryPrimitives.ReadUInt16BigEndian(head[5..]) is > 0 and var at ? at : SqliteHeader.MostPageBytes;
        if (pointersEnd > stored.Length || content < pointersEnd || stored.Length + content - pointersEnd != pageBytes)
            return null;
        var page = new byte[pageBytes];
        stored[..pointersEnd].CopyTo(page);
        stored[pointersEnd..].CopyTo(page.AsSpan(content));
        return page;
    }
}
