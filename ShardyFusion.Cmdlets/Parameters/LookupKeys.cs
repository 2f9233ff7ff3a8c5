using System.Collections;
using System.Data;
using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Errors;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>Takes keys to look up out of an argument or a piped object.</summary>
static class LookupKeys
{
    const string KeyProperty = "Key";

    /// <summary>Adds the keys that <paramref name="given"/> holds: itself, a list's items, or the <c>Key</c> of an object that has
    /// one.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: a row, which has a key but is none.</exception>
    public static void Add(object? given, List<object?> keys)
    {
        var bare = given is PSObject wrapped ? wrapped.BaseObject : given;
        switch (bare)
        {
            case null or string or byte[] or IConvertible: keys.Add(bare); break;
            case IDictionary map: keys.Add(map.Contains(KeyProperty) ? Bare(map[KeyProperty]) : map); break;
            case IList items:
                foreach (var item in items) Add(item, keys);
                break;
            default: keys.Add(Property(given, bare)); break;
        }
    }

    static object? Property(object? given, object bare)
    {
        var found = PSObject.AsPSObject(given);
        if (found.Properties[KeyProperty] is { } property) return Bare(property.Value);
        return bare is not (PSCustomObject or DataRow) ? bare : throw new ShardyFusionException(ErrorKind.InputInvalid,
            $"A row was given where a key belongs: {Shown.Of(found)}")
        {
            RecommendedAction = $"Name the property that holds the key: -Key {{ $_.{found.Properties.FirstOrDefault()?.Name ?? "id"} }}.",
        };
    }

    static object? Bare(object? key) => key is PSObject wrapped ? wrapped.BaseObject : key;
}
