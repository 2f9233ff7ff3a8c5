using System.Collections;
using System.Data;
using System.Management.Automation;
using ShardyFusion.Building.Input;
using ShardyFusion.Errors;
using ShardyFusion.Formats.Values;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>Takes key and value out of a piped object: any object's properties, a dictionary's entries, a data row's columns.</summary>
/// <remarks>Not thread-safe; one per pipeline.</remarks>
/// <param name="keyName">What holds the key.</param>
/// <param name="valueNames">What makes the value; null for all but the key.</param>
/// <param name="routingNames">What decides where the row goes, beside the key.</param>
sealed class RowReader(string keyName, IReadOnlyList<string>? valueNames, IReadOnlyList<string> routingNames)
{
    readonly object?[] routingValues = new object?[routingNames.Count];

    /// <summary>Names of the latest row without a list of its own; rows of one shape share it.</summary>
    string[] sharedNames = [];

    /// <summary>What the latest row has under the routing names, in their order; null for what it has not.</summary>
    public ReadOnlySpan<object?> RoutingValues => routingValues;

    /// <summary>Reads one row.</summary>
    /// <returns>Why it cannot be read, as a sentence; null when it could.</returns>
    public string? TryRead(PSObject? row, out object? key, out object? value)
    {
        key = value = null;
        if (row is null) return "The object is null.";
        try
        {
            switch (row.BaseObject)
            {
                case IDictionary map: return ReadMap(map, out key, out value);
                case DataRow data: return ReadData(data, out key, out value);
                case IDataRecord record: return ReadRecord(record, out key, out value);
                default: return ReadProperties(row, out key, out value);
            }
        }
        catch (ShardyFusionException e)
        {
            return e.Message;
        }
    }

    string? ReadProperties(PSObject row, out object? key, out object? value)
    {
        key = value = null;
        var properties = row.Properties;
        for (var i = 0; i < routingValues.Length; i++)
            routingValues[i] = properties[routingNames[i]] is { } property ? RoutingValue(Read(property), property.Name) : null;
        if (valueNames is null) return ReadAllProperties(row, out key, out value);
        if (properties[keyName] is not { } keyProperty) return Missing(keyName, row.BaseObject);
        key = PlainValue.Bare(Read(keyProperty));
        var values = valueNames.Count == 1 ? null : new object?[valueNames.Count];
        for (var i = 0; i < valueNames.Count; i++)
        {
            if (properties[valueNames[i]] is not { } property) return Missing(valueNames[i], row.BaseObject);
            var plain = PlainValue.Of(Read(property), property.Name);
            if (values is null) value = plain;
            else values[i] = plain;
        }
        if (values is not null) value = new RowFields(valueNames, values);
        return null;
    }

    string? ReadAllProperties(PSObject row, out object? key, out object? value)
    {
        key = value = null;
        var found = false;
        var names = sharedNames;
        var values = new object?[names.Length];
        var count = 0;
        foreach (var property in row.Properties)
        {
            if (string.Equals(property.Name, keyName, StringComparison.OrdinalIgnoreCase))
            {
                found = true;
                key = PlainValue.Bare(Read(property));
                continue;
            }
            if (count == names.Length || names[count] != property.Name)
            {
                // Another shape than the row before: names that were shared so far stay as they are in earlier rows.
                names = [.. names.AsSpan(0, count), property.Name];
                Array.Resize(ref values, names.Length);
            }
            values[count++] = PlainValue.Of(Read(property), property.Name);
        }
        if (!found) return Missing(keyName, row.BaseObject);
        if (count < names.Length)
        {
            names = names[..count];
            Array.Resize(ref values, count);
        }
        sharedNames = names;
        value = new RowFields(names, values);
        return null;
    }

    string? ReadMap(IDictionary map, out object? key, out object? value)
    {
        var names = new string[map.Count];
        var values = new object?[map.Count];
        var count = 0;
        foreach (DictionaryEntry entry in map)
        {
            var name = PlainValue.Bare(entry.Key);
            names[count] = ExactValues.TextOf(name) ?? throw new ShardyFusionException(ErrorKind.InputInvalid,
                $"The dictionary has an entry whose name is a {name!.GetType()}, which has no exact text form.");
            values[count++] = entry.Value;
        }
        return Take("The dictionary has no entry", names, values, out key, out value);
    }

    string? ReadData(DataRow row, out object? key, out object? value) =>
        Take("The row has no column", [.. row.Table.Columns.Cast<DataColumn>().Select(c => c.ColumnName)], row.ItemArray, out key,
            out value);

    string? ReadRecord(IDataRecord record, out object? key, out object? value)
    {
        var names = new string[record.FieldCount];
        for (var i = 0; i < names.Length; i++) names[i] = record.GetName(i);
        var values = new object[names.Length];
        record.GetValues(values);
        return Take("The record has no column", names, values, out key, out value);
    }

    /// <summary>Takes key and values out of named cells; one way of finding names for all kinds of rows.</summary>
    string? Take(string missing, string[] names, object?[] cells, out object? key, out object? value)
    {
        key = value = null;
        var keyAt = FieldNames.Find(names, keyName);
        if (keyAt < 0) return $"{missing} '{keyName}'.";
        key = PlainValue.Bare(cells[keyAt]);
        for (var i = 0; i < routingValues.Length; i++)
            routingValues[i] = FieldNames.Find(names, routingNames[i]) is >= 0 and var at ? RoutingValue(cells[at], names[at]) : null;
        if (valueNames is null)
        {
            names = [.. names.AsSpan(0, keyAt), .. names.AsSpan(keyAt + 1)];
            cells = [.. cells.AsSpan(0, keyAt), .. cells.AsSpan(keyAt + 1)];
            for (var i = 0; i < cells.Length; i++) cells[i] = PlainValue.Of(cells[i], names[i]);
            value = new RowFields(names, cells);
            return null;
        }
        var taken = new object?[valueNames.Count];
        for (var i = 0; i < taken.Length; i++)
        {
            var at = FieldNames.Find(names, valueNames[i]);
            if (at < 0) return $"{missing} '{valueNames[i]}'.";
            taken[i] = PlainValue.Of(cells[at], names[at]);
        }
        value = taken.Length == 1 ? taken[0] : new RowFields(valueNames, taken);
        return null;
    }

    static object? RoutingValue(object? value, string name) =>
        PlainValue.Bare(value) is var bare && bare is byte[] or DBNull ? bare as byte[] : PlainValue.Of(bare, name);

    static object? Read(PSPropertyInfo property)
    {
        try
        {
            return property.Value;
        }
        catch (ExtendedTypeSystemException e)
        {
            throw new ShardyFusionException(ErrorKind.InputInvalid,
                $"Property '{property.Name}' cannot be read: {(e.InnerException ?? e).Message}", e);
        }
    }

    static string Missing(string name, object row) => row is PSCustomObject
        ? $"The object has no property '{name}'." : $"The {row.GetType().Name} has no property '{name}'.";
}
