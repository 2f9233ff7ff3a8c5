using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ShardyFusion.Errors;
using ShardyFusion.Shards.Sqlite.Format;
using ShardyFusion.Shards.Sst.Writing;

namespace ShardyFusion.Shards.Sqlite.Writing;

/// <summary>Encodes sorted rows as a SQLite file with the table of a shard. Pages come one after the other: first the header with the
/// schema, then leaves with their overflow pages and what stands above them, the root last.</summary>
/// <remarks>The first page names the root and the number of pages, so that these are counted before: by another writer over the same rows
/// which keeps nothing.</remarks>
sealed class SqliteWriter : IShardWriter
{
    /// <summary>Size of a page, as shardyfusion's writer has it.</summary>
    public const int PageBytes = 4096;

    const int MostLocalBytes = (PageBytes - 12) * 64 / 255 - 23, LeastLocalBytes = (PageBytes - 12) * 32 / 255 - 23;
    const int NextBytes = 4, MostHeadBytes = 3 * SqliteVarint.MaxLength;
    const string Statement = "CREATE TABLE kv (k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID";

    // The library that shardyfusion's own files name; readers only show it.
    const uint LibraryVersion = 3_040_001;

    readonly PageOutput output;
    readonly TreeLevel leaves;
    readonly bool isCounting;
    readonly byte[] cell = new byte[PageBytes];
    byte[] minKey = [], lastKey = new byte[64];
    int lastKeyBytes;
    long rows, rawKeyBytes, rawValueBytes, takenBytes;

    /// <summary>Begins a file.</summary>
    /// <param name="pageCount">Pages that it will have; 0 to count them.</param>
    public SqliteWriter(long pageCount)
    {
        isCounting = pageCount == 0;
        output = new PageOutput(PageBytes, isCounting);
        leaves = new TreeLevel(output, PageBytes, true, isCounting);
        output.Add(isCounting ? [] : FirstPage((uint)pageCount));
    }

    /// <summary>Pages so far.</summary>
    public long PageCount => output.Count;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Pending => output.Pending;

    /// <inheritdoc/>
    public void DiscardPending()
    {
        takenBytes += output.Pending.Length;
        output.DiscardPending();
    }

    /// <inheritdoc/>
    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        RequireUsable(key, value);
        Span<byte> head = stackalloc byte[MostHeadBytes];
        var (keyType, valueType) = (TypeOf(key.Length), TypeOf(value.Length));
        // Its own length is the first byte.
        var recordHead = 1 + SqliteVarint.Length(keyType) + SqliteVarint.Length(valueType);
        var payload = (long)recordHead + key.Length + value.Length;
        var at = SqliteVarint.Write(head, payload);
        head[at] = (byte)recordHead;
        at++;
        at += SqliteVarint.Write(head[at..], keyType);
        at += SqliteVarint.Write(head[at..], valueType);
        var local = LocalBytes(payload);
        var isSplit = local < payload;
        var cellBytes = at - recordHead + local + (isSplit ? NextBytes : 0);
        var content = local - recordHead;
        if (isCounting)
        {
            if (isSplit)
                output.AddChain(key[Math.Min(content, key.Length)..], value[Math.Max(0, content - key.Length)..]);
            leaves.Add(0, [], cellBytes);
        }
        else
        {
            Compose(head[..at], key, value, content);
            leaves.Add(0, cell.AsSpan(0, cellBytes), cellBytes);
        }
        Note(key, value);
    }

    // What the page holds of a row; the rest goes to overflow pages at once.
    void Compose(ReadOnlySpan<byte> head, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, int content)
    {
        var target = cell.AsSpan();
        head.CopyTo(target);
        target = target[head.Length..];
        var localKey = Math.Min(content, key.Length);
        key[..localKey].CopyTo(target);
        var localValue = content - localKey;
        value[..localValue].CopyTo(target[localKey..]);
        if (localKey + localValue < key.Length + value.Length)
            BinaryPrimitives.WriteUInt32BigEndian(target[content..], (uint)output.AddChain(key[localKey..], value[localValue..]));
    }

    static int LocalBytes(long payload)
    {
        if (payload <= MostLocalBytes)
            return (int)payload;
        var wanted = LeastLocalBytes + (int)((payload - LeastLocalBytes) % (PageBytes - NextBytes));
        return wanted <= MostLocalBytes ? wanted : LeastLocalBytes;
    }

    static long TypeOf(int bytes) => 12 + 2L * bytes;

    void RequireUsable(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if ((uint)(key.Length - 1) >= SstWriter.MaxKeyBytes || value.Length > SstWriter.MaxValueBytes)
            throw Unusable(key, string.Create(CultureInfo.InvariantCulture,
                $"has {key.Length:N0} bytes and a value of {value.Length:N0}; keys have 1 to {SstWriter.MaxKeyBytes:N0} bytes, "
                + $"values at most {SstWriter.MaxValueBytes:N0}"));
        if (rows > 0 && key.SequenceCompareTo(lastKey.AsSpan(0, lastKeyBytes)) <= 0)
            throw Unusable(key, "does not come behind the key before it");
    }

    static ShardyFusionException Unusable(ReadOnlySpan<byte> key, string problem) => new(ErrorKind.ShardWrite,
        $"The row with key 0x{Convert.ToHexString(key[..Math.Min(key.Length, 32)])} cannot be written: it {problem}.");

    void Note(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (rows++ == 0)
            minKey = key.ToArray();
        if (lastKey.Length < key.Length)
            lastKey = new byte[Math.Max(key.Length, 2 * lastKey.Length)];
        key.CopyTo(lastKey);
        lastKeyBytes = key.Length;
        rawKeyBytes += key.Length;
        rawValueBytes += value.Length;
    }

    /// <inheritdoc/>
    public SstSummary Finish()
    {
        leaves.Finish(0);
        var fileBytes = isCounting ? output.Count * PageBytes : takenBytes + output.Pending.Length;
        return new SstSummary(rows, fileBytes, fileBytes, minKey, lastKey[..lastKeyBytes], rawKeyBytes, rawValueBytes);
    }

    // Header, and the schema's only row; what shardyfusion's writer leaves there.
    static byte[] FirstPage(uint pageCount)
    {
        var page = new byte[PageBytes];
        SqliteHeader.Magic.CopyTo(page);
        BinaryPrimitives.WriteUInt16BigEndian(page.AsSpan(16), PageBytes);
        (page[18], page[19], page[21], page[22], page[23]) = (1, 1, 64, 32, 32);
        // Changes, pages; schema changes, schema format, text encoding; changes when pages were counted, library.
        (int, uint)[] numbers = [(24, 2), (28, pageCount), (40, 1), (44, 4), (56, 1), (92, 2), (96, LibraryVersion)];
        foreach (var (at, number) in numbers)
            BinaryPrimitives.WriteUInt32BigEndian(page.AsSpan(at), number);
        var record = SchemaRecord(pageCount);
        var content = PageBytes - record.Length - 2;
        // The row's length and number come before it.
        (page[content], page[content + 1]) = ((byte)record.Length, 1);
        record.CopyTo(page, content + 2);
        page[SqliteHeader.Size] = BtreePage.LeafTable;
        BinaryPrimitives.WriteUInt16BigEndian(page.AsSpan(SqliteHeader.Size + 3), 1);
        BinaryPrimitives.WriteUInt16BigEndian(page.AsSpan(SqliteHeader.Size + 5), (ushort)content);
        BinaryPrimitives.WriteUInt16BigEndian(page.AsSpan(SqliteHeader.Size + 8), (ushort)content);
        return page;
    }

    static byte[] SchemaRecord(uint root)
    {
        const int TextType = 13;
        ReadOnlySpan<byte> type = "table"u8, name = "kv"u8, statement = Encoding.ASCII.GetBytes(Statement);
        // The root's number in as few bytes as integers have.
        var (rootType, rootBytes) = root switch
        {
            <= 0x7f => (1, 1),
            <= 0x7fff => (2, 2),
            <= 0x7fffff => (3, 3),
            <= 0x7fffffff => (4, 4),
            _ => (5, 6),
        };
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(number, root);
        Span<byte> statementType = stackalloc byte[SqliteVarint.MaxLength];
        var statementTypeBytes = SqliteVarint.Write(statementType, TextType + 2 * statement.Length);
        byte[] head = [(byte)(TextType + 2 * type.Length), (byte)(TextType + 2 * name.Length), (byte)(TextType + 2 * name.Length),
            (byte)rootType, .. statementType[..statementTypeBytes]];
        return [(byte)(head.Length + 1), .. head, .. type, .. name, .. name, .. number[^rootBytes..], .. statement];
    }

    /// <summary>Gives its buffers back.</summary>
    public void Dispose() => output.Dispose();
}
