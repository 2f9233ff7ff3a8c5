using ShardyFusion.Errors;
using ShardyFusion.Shards.Sqlite.Format;

namespace ShardyFusion.Shards.Sqlite.Reading;

/// <summary>A SQLite file that is in memory as a whole, for small ones whose tables have names.</summary>
sealed class SqliteContent : IPageReader
{
    readonly ReadOnlyMemory<byte> content;
    readonly SqliteHeader header;

    /// <param name="file">Path or URI, for errors.</param>
    /// <param name="content">Its bytes.</param>
    /// <exception cref="ShardCorruptException">It is damaged, or no SQLite file.</exception>
    public SqliteContent(string file, ReadOnlyMemory<byte> content) =>
        (this.content, header) = (content, SqliteHeader.Read(file, content.Span, content.Length));

    /// <summary>The rows of a table, each with the values of its columns by name: a whole number, text, bytes, or null.</summary>
    /// <param name="table">The table's name.</param>
    /// <exception cref="ShardCorruptException">There is no such table, or it is damaged.</exception>
    public IEnumerable<IReadOnlyDictionary<string, object?>> RowsOf(string table)
    {
        // All is in memory: nothing waits.
        var entry = SchemaEntry.FindAsync(header, this, table, CancellationToken.None).GetAwaiter().GetResult();
        if (entry is not { Type: "table", Root: > 0 } || TableDefinition.Parse(entry.Statement) is not { IsWithoutRowid: false } definition)
            throw new ShardUnsupportedException(header.File, 0, $"it has no table '{table}' with row numbers");
        var walk = new TreeWalk(header, entry.Root, isTable: true, this);
        while (LocalReads.Result(walk.MoveNextAsync(CancellationToken.None), header.File))
            yield return RowOf(walk, definition);
    }

    Dictionary<string, object?> RowOf(TreeWalk walk, TableDefinition definition)
    {
        var row = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        for (var column = 0; column < definition.Stored.Count; column++)
        {
            var name = definition.Stored[column];
            if (!SqliteRecord.TryFind(walk.Payload.Span, column, out var field) || field.Start + field.Bytes > walk.Payload.Length)
                throw header.Fault(walk.Cell.Page, $"row {walk.Cell.Rowid} has no column '{name}'");
            row[name] = name == definition.RowidColumn ? walk.Cell.Rowid : ValueOf(field, walk.Payload);
        }
        return row;
    }

    object? ValueOf(SqliteField field, ReadOnlyMemory<byte> payload)
    {
        var stored = payload.Slice((int)field.Start, (int)field.Bytes);
        return field.IsNull ? null : field.IsText ? header.Text.Decode(stored.Span)
            : field.IsBlob ? stored.ToArray() : SqliteValue.ToNumber(field, stored.Span);
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(int page, CancellationToken cancellationToken) => page <= header.WholePages
        ? ValueTask.FromResult(content.Slice((int)header.OffsetOf(page), header.PageBytes))
        : throw header.Fault(page, "the file ends within it");
}
