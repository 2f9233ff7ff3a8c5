using ShardyFusion.Parquet.Columns;
using ShardyFusion.Parquet.Format;
using ShardyFusion.Parquet.Pages;

namespace ShardyFusion.Parquet.Rows;

/// <summary>Opens columns of one row group, and keeps them at the same row. For one thread.</summary>
sealed class GroupColumns : IDisposable
{
    readonly ParquetPart part;
    readonly int groupIndex;
    readonly RowGroup group;
    readonly IFileBytes file;
    readonly List<(int Leaf, LeafCursor Cursor)> cursors = [];

    /// <exception cref="DamagedFileException">The footer's row group is not that of the schema.</exception>
    public GroupColumns(ParquetPart part, int groupIndex)
    {
        (this.part, this.groupIndex) = (part, groupIndex);
        group = part.Footer.RowGroups[groupIndex];
        if (group.Columns.Count != part.Leaves.Count)
            throw Damage($"it has {group.Columns.Count} columns, and the schema has {part.Leaves.Count}");
        try
        {
            file = part.Open();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ParquetPart.Damage(part.Name, "", $"it cannot be opened: {e.Message}");
        }
    }

    /// <summary>Opens a column of its own for whoever reads it.</summary>
    public LeafCursor Open(int index)
    {
        var leaf = part.Leaves[index];
        var chunk = group.Columns[index];
        if (Fault(leaf, chunk) is { } reason) throw ColumnDamage(leaf, reason);
        var cursor = new LeafCursor(file, chunk, leaf, (what, offset) => ColumnDamage(leaf, $"the page at byte {offset}: {what}"));
        cursors.Add((index, cursor));
        return cursor;
    }

    /// <summary>Holds all columns to a row that begins.</summary>
    public void Begin(long row)
    {
        foreach (var (leaf, cursor) in cursors)
            if (cursor.Row != row || cursor.IsAtEnd) throw Uneven(leaf, row);
    }

    /// <summary>Brings all columns to the next row, wherever in this one they stand.</summary>
    public void End(long row)
    {
        foreach (var (leaf, cursor) in cursors)
        {
            while (cursor.Row == row && !cursor.IsAtEnd) cursor.Advance();
            if (cursor.Row != row + 1) throw Uneven(leaf, row);
        }
    }

    /// <summary>Holds all columns to the end of the row group.</summary>
    public void EndAll()
    {
        foreach (var (leaf, cursor) in cursors)
            if (!cursor.IsAtEnd) throw ColumnDamage(part.Leaves[leaf], $"it has more rows than the {group.Rows} that the footer says");
    }

    public void Dispose()
    {
        foreach (var (_, cursor) in cursors) cursor.Dispose();
        file.Dispose();
    }

    string? Fault(SchemaLeaf leaf, ColumnChunk chunk)
    {
        if (leaf.Fault is { } fault) return $"it {fault}";
        if (chunk.IsEncrypted) return "it is encrypted; encryption is not supported";
        if (chunk.File is not null) return $"its pages lie in another file, '{chunk.File}'";
        if (chunk.Physical != (int)leaf.Type!.Physical) return "its pages hold another type than the schema says";
        if (chunk.Values < group.Rows || (leaf.MaxRepetition == 0 && chunk.Values != group.Rows))
            return $"it has {chunk.Values} values, and the footer says that there are {group.Rows} rows";
        if (chunk.Start < 0 || chunk.Start > part.PagesEnd || chunk.CompressedBytes < 0
            || chunk.CompressedBytes > part.PagesEnd - chunk.Start)
            return $"its {chunk.CompressedBytes} bytes from byte {chunk.Start} on do not lie within the file";
        try
        {
            PageCodec.RequireKnown(chunk.Codec);
            return null;
        }
        catch (DamageException e)
        {
            return e.Message;
        }
    }

    DamagedFileException Uneven(int leaf, long row) => ColumnDamage(part.Leaves[leaf], $"its row {row + 1} does not fit the other columns");

    DamagedFileException ColumnDamage(SchemaLeaf leaf, string reason) =>
        ParquetPart.Damage(part.Name, $": column '{leaf.Path}' of row group {groupIndex}", reason);

    DamagedFileException Damage(string reason) => ParquetPart.Damage(part.Name, $": row group {groupIndex}", reason);
}
