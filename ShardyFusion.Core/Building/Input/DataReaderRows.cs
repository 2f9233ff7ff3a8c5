using System.Data;
using System.Data.Common;
using ShardyFusion.Errors;
using ShardyFusion.Formats.Values;

namespace ShardyFusion.Building.Input;

/// <summary>Reads keys and values off a query result. Does not own the reader; not thread-safe.</summary>
sealed class DataReaderRows
{
    readonly IDataReader reader;
    readonly int keyColumn;
    readonly int[] valueColumns;
    readonly string[] valueNames;
    readonly bool isSingleValue;
    readonly int[] routingColumns;
    readonly object?[] routingValues;

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: a column is not there, or its name is there
    /// twice.</exception>
    public DataReaderRows(IDataReader reader, string keyColumn, IReadOnlyList<string>? valueColumns, IReadOnlyList<string> routingColumns)
    {
        this.reader = reader;
        var columns = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToArray();
        this.keyColumn = IndexOf(columns, keyColumn);
        if (valueColumns is { Count: 0 })
            throw new ShardyFusionException(ErrorKind.ConfigValidation,
                "The list of value columns is empty; leave it out to take all columns but the key.");
        this.valueColumns = valueColumns is null
            ? [.. Enumerable.Range(0, columns.Length).Where(i => i != this.keyColumn)]
            : [.. valueColumns.Select(c => IndexOf(columns, c))];
        valueNames = [.. this.valueColumns.Select(i => columns[i])];
        isSingleValue = valueColumns?.Count == 1;
        this.routingColumns = [.. routingColumns.Select(c => IndexOf(columns, c))];
        routingValues = new object?[routingColumns.Count];
    }

    /// <summary>What the latest row has in the columns that decide where it goes, in their order.</summary>
    public ReadOnlySpan<object?> RoutingValues => routingValues;

    /// <summary>Takes the next row.</summary>
    /// <param name="key">The key column's value, null for a database null.</param>
    /// <param name="value">The only value column's value, or <see cref="RowFields"/> of several.</param>
    /// <param name="fault">Why the row cannot be read, as a sentence; null when it could.</param>
    /// <returns>False at the end.</returns>
    public bool TryRead(out object? key, out object? value, out string? fault)
    {
        (key, value, fault) = (null, null, null);
        if (!Advance()) return false;
        try
        {
            key = Cell(keyColumn);
            value = isSingleValue ? Cell(valueColumns[0]) : new RowFields(valueNames, Array.ConvertAll(valueColumns, Cell));
            for (var i = 0; i < routingColumns.Length; i++) routingValues[i] = Cell(routingColumns[i]);
        }
        catch (ShardyFusionException e)
        {
            fault = e.Message;
        }
        return true;
    }

    bool Advance()
    {
        try
        {
            return reader.Read();
        }
        catch (DbException e)
        {
            throw new ShardyFusionException(ErrorKind.InputInvalid, $"The query failed while its rows were read: {e.Message}", e);
        }
    }

    object? Cell(int column)
    {
        try
        {
            return reader.GetValue(column) is var cell && cell is DBNull ? null : cell;
        }
        catch (Exception e) when (e is DbException or InvalidCastException or OverflowException or FormatException
            or InvalidOperationException or NotSupportedException)
        {
            throw new ShardyFusionException(ErrorKind.InputInvalid, $"Column '{reader.GetName(column)}' cannot be read: {e.Message}", e);
        }
    }

    static int IndexOf(string[] columns, string column)
    {
        var found = FieldNames.Find(columns, column);
        return found >= 0 ? found : throw new ShardyFusionException(ErrorKind.InputInvalid,
            $"The query result has no column '{column}'; its columns are: {string.Join(", ", columns)}.")
        { Target = column };
    }
}
