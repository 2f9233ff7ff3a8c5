using System.Collections;
using System.Management.Automation;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>The fields of values that are objects. Stateless.</summary>
static class ValueFields
{
    /// <summary>Names of the fields that two objects do not have alike, in the order in which they have them; none when either is no
    /// object.</summary>
    public static IList<string> Changed(object? before, object? after)
    {
        if (Of(before) is not { } old || Of(after) is not { } now) return [];
        return [.. old.Keys.Concat(now.Keys).Distinct().Where(name => !(old.TryGetValue(name, out var was)
            && now.TryGetValue(name, out var value) && AreEqual(was, value)))];
    }

    /// <summary>Some fields of an object as text, as in <c>@{name=Berlin; rank=2}</c>.</summary>
    public static string Text(object? value, IReadOnlyList<string> names) => Of(value) is not { } fields ? Shown.Of(value)
        : $"@{{{string.Join("; ", names.Where(fields.ContainsKey).Select(name => $"{name}={Shown.Of(fields[name])}"))}}}";

    static Dictionary<string, object?>? Of(object? value) => value switch
    {
        PSObject { BaseObject: IDictionary map } => Of(map),
        PSObject { BaseObject: PSCustomObject } custom => custom.Properties.ToDictionary(property => property.Name,
            property => (object?)property.Value, StringComparer.Ordinal),
        IDictionary map => map.Cast<DictionaryEntry>().ToDictionary(entry => entry.Key.ToString() ?? "", entry => entry.Value,
            StringComparer.Ordinal),
        _ => null,
    };

    static bool AreEqual(object? left, object? right) => (left, right) switch
    {
        (PSObject or IDictionary, PSObject or IDictionary) => Of(left)?.Count == Of(right)?.Count && Changed(left, right).Count == 0,
        (object?[] before, object?[] after) => before.Length == after.Length && before.Zip(after).All(pair => AreEqual(pair.First,
            pair.Second)),
        _ => Equals(left, right),
    };
}
