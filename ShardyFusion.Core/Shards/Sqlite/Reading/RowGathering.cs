using ShardyFusion.Errors;
using ShardyFusion.Shards.Sqlite.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.Sqlite.Reading;

/// <summary>Reads all rows of a table <c>kv</c> that does not lie by key, once.</summary>
/// <param name="pages">The file.</param>
/// <param name="root">The table's first page.</param>
/// <param name="isTable">Which type of tree it is: by row number, else by a key that is not <c>k</c> alone.</param>
/// <param name="keyColumn">Number of <c>k</c> in a record.</param>
/// <param name="valueColumn">Number of <c>v</c>.</param>
sealed class RowGathering(SqlitePages pages, int root, bool isTable, int keyColumn, int valueColumn)
{
    /// <summary>What such a table may take in memory.</summary>
    const long MostBytes = 256L << 20;

    const int RowOverheadBytes = 64;

    readonly SqliteHeader header = pages.Header;

    /// <summary>Reads the rows.</summary>
    /// <exception cref="ShardUnsupportedException">They are too many.</exception>
    /// <exception cref="ShardCorruptException">The file is damaged.</exception>
    public async Task<SortedRowsShard> RunAsync(CancellationToken cancellationToken)
    {
        var reading = new ScanPages(header, pages.Source, BlockLoader.CoalescedReadBytes);
        await using var end = reading.ConfigureAwait(false);
        var walk = new TreeWalk(header, root, isTable, reading);
        var (rows, bytes, others) = (new List<ShardRow>(), 0L, 0L);
        while (await walk.MoveNextAsync(cancellationToken).ConfigureAwait(false))
        {
            var (key, value) = (Field(walk, keyColumn), Field(walk, valueColumn));
            bytes += key.Bytes + value.Bytes + RowOverheadBytes;
            if (bytes > MostBytes)
                throw new ShardUnsupportedException(header.File, 0,
                    $"its table '{SqliteOpening.Table}' does not lie by key, and has more than {MostBytes >> 20} MiB of rows");
            if (!key.IsBlob)
                others++;
            else if (!value.IsNull)
                rows.Add(new ShardRow(Content(walk, key).ToArray(),
                    SqliteValue.ToBytes(value, Content(walk, value), header.Text).ToArray()));
        }
        // A key that is there twice has the value that was met first, as a sort that keeps the order leaves it.
        ShardRow[] sorted = [.. rows.OrderBy(row => row.Key, Comparer<ReadOnlyMemory<byte>>.Create(
            static (left, right) => left.Span.SequenceCompareTo(right.Span)))];
        ShardRow[] firsts = [.. sorted.Where((row, i) => i == 0 || !row.Key.Span.SequenceEqual(sorted[i - 1].Key.Span))];
        return new SortedRowsShard(header.File, firsts)
        {
            StoredBytes = pages.Source.Length,
            MemoryBytes = bytes,
            UnfindableRows = others,
        };
    }

    SqliteField Field(TreeWalk walk, int column) => SqliteRecord.TryFind(walk.Payload.Span, column, out var field)
        && field.Start + field.Bytes <= walk.Payload.Length ? field
        : throw header.Fault(walk.Cell.Page, $"the record at {walk.Cell.Start} is damaged, or has less than {column + 1} columns");

    static ReadOnlyMemory<byte> Content(TreeWalk walk, SqliteField field) => walk.Payload.Slice((int)field.Start, (int)field.Bytes);
}
