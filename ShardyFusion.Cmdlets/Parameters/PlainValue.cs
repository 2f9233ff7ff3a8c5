using System.Collections;
using System.Management.Automation;
using ShardyFusion.Errors;
using ShardyFusion.Snapshots;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>Takes PowerShell's wrapping off values, so that the engine sees plain .NET objects.</summary>
static class PlainValue
{
    /// <summary>Deeper values are refused: they are almost always cycles.</summary>
    const int DepthLimit = 64;

    /// <summary>The value without wrapping; custom objects become <see cref="RowFields"/>, lists and dictionaries are taken off within.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: nested too deeply.</exception>
    public static object? Of(object? value) => Of(value, 0);

    static object? Of(object? value, int depth)
    {
        if (depth > DepthLimit)
            throw new ShardyFusionException(ErrorKind.InputInvalid, $"The value is nested more than {DepthLimit} levels deep.");
        switch (value)
        {
            case null or string or ValueType and not DictionaryEntry: return value is SwitchParameter flag ? flag.ToBool() : value;
            case PSObject wrapped when wrapped.BaseObject is PSCustomObject: return Fields(wrapped, depth);
            case PSObject wrapped: return Of(wrapped.BaseObject, depth);
            case byte[]: return value;
            case IDictionary map: return Map(map, depth);
            case IList items: return Items(items, depth);
            default: return value;
        }
    }

    static RowFields Fields(PSObject custom, int depth)
    {
        var names = new List<string>();
        var values = new List<object?>();
        foreach (var property in custom.Properties)
        {
            names.Add(property.Name);
            values.Add(Of(property.Value, depth + 1));
        }
        return new RowFields(names, values);
    }

    static Dictionary<string, object?> Map(IDictionary map, int depth)
    {
        var plain = new Dictionary<string, object?>(map.Count, StringComparer.Ordinal);
        foreach (DictionaryEntry entry in map) plain[Of(entry.Key, depth + 1)?.ToString() ?? ""] = Of(entry.Value, depth + 1);
        return plain;
    }

    static object?[] Items(IList items, int depth)
    {
        var plain = new object?[items.Count];
        for (var i = 0; i < plain.Length; i++) plain[i] = Of(items[i], depth + 1);
        return plain;
    }
}
