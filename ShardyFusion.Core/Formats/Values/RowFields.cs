namespace ShardyFusion.Formats.Values;

/// <summary>Several named fields that become one JSON object with sorted keys.</summary>
/// <param name="names">Field names; may be shared between rows.</param>
/// <param name="values">Field values, one per name.</param>
public sealed class RowFields(IReadOnlyList<string> names, IReadOnlyList<object?> values)
{
    /// <summary>Field names.</summary>
    public IReadOnlyList<string> Names { get; } = names.Count == values.Count
        ? names
        : throw new ArgumentException($"There are {names.Count} names and {values.Count} values.", nameof(values));

    /// <summary>Field values, one per name.</summary>
    public IReadOnlyList<object?> Values { get; } = values;
}
