using ShardyFusion.Shards.Sqlite.Format;

namespace ShardyFusion.Shards.Sqlite.Reading;

/// <summary>A table or view, as the schema states it.</summary>
/// <param name="Type"><c>table</c> or <c>view</c>.</param>
/// <param name="Root">First page of its tree; 0 when it has none.</param>
/// <param name="Statement">What made it.</param>
sealed record SchemaEntry(string Type, int Root, string Statement)
{
    // Each row of the schema: type, name, table, root page, statement.
    const int TypeColumn = 0, NameColumn = 1, RootColumn = 3, StatementColumn = 4;

    /// <summary>Finds a table or view.</summary>
    /// <param name="header">The file.</param>
    /// <param name="pages">Reads its pages.</param>
    /// <param name="name">Its name; letter case does not matter.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="Errors.ShardCorruptException">The schema is damaged.</exception>
    public static async Task<SchemaEntry?> FindAsync(SqliteHeader header, IPageReader pages, string name,
        CancellationToken cancellationToken)
    {
        var schema = new TreeWalk(header, 1, isTable: true, pages);
        while (await schema.MoveNextAsync(cancellationToken).ConfigureAwait(false))
        {
            var type = Text(TypeColumn);
            if (type is not ("table" or "view") || !Text(NameColumn).Equals(name, StringComparison.OrdinalIgnoreCase))
                continue;
            var root = Field(RootColumn);
            var number = SqliteValue.ToInteger(root, Content(root).Span);
            return new SchemaEntry(type, number == 0 ? 0 : header.RequirePage((uint)Math.Clamp(number, 0, uint.MaxValue), 1),
                Text(StatementColumn));
        }
        return null;

        SqliteField Field(int column) => SqliteRecord.TryFind(schema.Payload.Span, column, out var field)
            && field.Start + field.Bytes <= schema.Payload.Length ? field
            : throw header.Fault(schema.Cell.Page, "a row of the schema is damaged");

        ReadOnlyMemory<byte> Content(SqliteField field) => schema.Payload.Slice((int)field.Start, (int)field.Bytes);

        string Text(int column) => Field(column) is { IsText: true } field ? header.Text.Decode(Content(field).Span) : "";
    }
}
