using System.Collections;
using System.Data;
using System.Management.Automation;
using ShardyFusion.Snapshots;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>Takes key and value out of a piped object: any object's properties, a dictionary's entries, a data row's columns.</summary>
/// <remarks>Not thread-safe; one per pipeline.</remarks>
sealed class RowReader(string keyName, IReadOnlyList<string>? valueNames)
{
    /// <summary>Names of the latest row without a list of its own; rows of one shape share it.</summary>
    string[] sharedNames = [];

    /// <summary>Reads one row.</summary>
    /// <returns>Why it cannot be read, as a sentence; null when it could.</returns>
    public string? TryRead(PSObject? row, out object? key, out object? value)
    {
        key = value = null;
        if (row is null) return "The object is null.";
        switch (row.BaseObject)
        {
            case IDictionary map: return ReadMap(map, out key, out value);
            case DataRow data: return ReadData(data, out key, out value);
            case IDataRecord record: return ReadRecord(record, out key, out value);
            default: return ReadProperties(row, out key, out value);
        }
    }

    string? ReadProperties(PSObject row, out object? key, out object? value)
    {
        key = value = null;
        string? reading = keyName;
        try
        {
            if (valueNames is null) return ReadAllProperties(row, out key, out value);
            var properties = row.Properties;
            if (properties[keyName] is not { } keyProperty) return Missing(keyName, row.BaseObject);
            key = Bare(keyProperty.Value);
            var values = valueNames.Count == 1 ? null : new object?[valueNames.Count];
            for (var i = 0; i < valueNames.Count; i++)
            {
                reading = valueNames[i];
                if (properties[reading] is not { } property) return Missing(reading, row.BaseObject);
                if (values is null) value = PlainValue.Of(property.Value);
                else values[i] = PlainValue.Of(property.Value);
            }
            if (values is not null) value = new RowFields(valueNames, values);
            return null;
        }
        catch (GetValueException e)
        {
            return $"Property '{reading}' cannot be read: {(e.InnerException ?? e).Message}";
        }
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
                key = Bare(property.Value);
                continue;
            }
            if (count == names.Length || names[count] != property.Name)
            {
                // Another shape than the row before: names that were shared so far stay as they are in earlier rows.
                names = [.. names.AsSpan(0, count), property.Name];
                Array.Resize(ref values, names.Length);
            }
            values[count++] = PlainValue.Of(property.Value);
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
        key = value = null;
        if (!TryFind(map, keyName, out var entryKey)) return $"The dictionary has no entry '{keyName}'.";
        key = Bare(map[entryKey]);
        if (valueNames is null)
        {
            var names = new List<string>(map.Count);
            var values = new List<object?>(map.Count);
            foreach (DictionaryEntry entry in map)
            {
                if (Equals(entry.Key, entryKey)) continue;
                names.Add(entry.Key.ToString() ?? "");
                values.Add(PlainValue.Of(entry.Value));
            }
            value = new RowFields(names, values);
            return null;
        }
        var taken = new object?[valueNames.Count];
        for (var i = 0; i < taken.Length; i++)
        {
            if (!TryFind(map, valueNames[i], out var name)) return $"The dictionary has no entry '{valueNames[i]}'.";
            taken[i] = PlainValue.Of(map[name]);
        }
        value = Pack(taken);
        return null;
    }

    string? ReadData(DataRow row, out object? key, out object? value)
    {
        key = value = null;
        var columns = row.Table.Columns;
        if (!columns.Contains(keyName)) return $"The row has no column '{keyName}'.";
        key = row[keyName];
        var names = valueNames ?? [.. columns.Cast<DataColumn>().Select(c => c.ColumnName).Where(n => !n.Equals(keyName, StringComparison.OrdinalIgnoreCase))];
        var taken = new object?[names.Count];
        for (var i = 0; i < taken.Length; i++)
        {
            if (!columns.Contains(names[i])) return $"The row has no column '{names[i]}'.";
            taken[i] = PlainValue.Of(row[names[i]]);
        }
        value = valueNames is null ? new RowFields(names, taken) : Pack(taken);
        return null;
    }

    string? ReadRecord(IDataRecord record, out object? key, out object? value)
    {
        key = value = null;
        var names = new string[record.FieldCount];
        for (var i = 0; i < names.Length; i++) names[i] = record.GetName(i);
        var keyColumn = IndexOf(names, keyName);
        if (keyColumn < 0) return $"The record has no column '{keyName}'.";
        key = record.GetValue(keyColumn);
        var wanted = valueNames ?? [.. names.Where((_, i) => i != keyColumn)];
        var taken = new object?[wanted.Count];
        for (var i = 0; i < taken.Length; i++)
        {
            var column = IndexOf(names, wanted[i]);
            if (column < 0) return $"The record has no column '{wanted[i]}'.";
            taken[i] = PlainValue.Of(record.GetValue(column));
        }
        value = valueNames is null ? new RowFields(wanted, taken) : Pack(taken);
        return null;
    }

    object? Pack(object?[] taken) => taken.Length == 1 ? taken[0] : new RowFields(valueNames!, taken);

    static object? Bare(object? key) => key is PSObject wrapped ? wrapped.BaseObject : key;

    static int IndexOf(string[] names, string name) => Array.FindIndex(names, n => n.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Property names ignore case, so entry names do too; the exact one wins.</summary>
    static bool TryFind(IDictionary map, string name, out object found)
    {
        found = name;
        if (map.Contains(name)) return true;
        foreach (var key in map.Keys)
        {
            if (key is string text && text.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                found = text;
                return true;
            }
        }
        return false;
    }

    static string Missing(string name, object row) => row is PSCustomObject
        ? $"The object has no property '{name}'." : $"The {row.GetType().Name} has no property '{name}'.";
}
