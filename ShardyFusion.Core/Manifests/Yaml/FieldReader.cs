using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ShardyFusion.Errors;

namespace ShardyFusion.Manifests.Yaml;

/// <summary>Typed access to the fields of one map of a document; every error names the field by its path.</summary>
/// <remarks>A field that is absent or null is "not there"; fields nobody asks for are ignored.</remarks>
readonly struct FieldReader(YamlMapping map, string path, DocumentFaults faults)
{
    public ShardyFusionException Fault(string name, string problem) => faults.At(PathOf(name), problem);

    public string Text(string name) => OptionalText(name) ?? throw Missing(name);

    public string? OptionalText(string name)
    {
        if (!TryGet(name, out var node))
            return null;
        return node is YamlScalar { Kind: PlainScalarKind.Text } scalar ? scalar.Text
            : throw Fault(name, $"it is {node.Description}, not text; a value that looks like a number, date or Boolean must be quoted");
    }

    public int Int32(string name, int min, int max = int.MaxValue) => (int)Int64(name, min, max);

    public long Int64(string name, long min, long max = long.MaxValue) => OptionalInt64(name, min, max) ?? throw Missing(name);

    public long? OptionalInt64(string name, long min, long max = long.MaxValue)
    {
        if (!TryGet(name, out var node))
            return null;
        if (node is not YamlScalar { Kind: PlainScalarKind.Integer } scalar || !PyYamlScalars.TryReadInteger(scalar.Text, out var value))
            throw Fault(name, $"it is {node.Description}, not an integer");
        return value >= min && value <= max ? (long)value : throw Fault(name, max == long.MaxValue || max == int.MaxValue
            ? string.Create(CultureInfo.InvariantCulture, $"{scalar.Text} is out of range, the least is {min}")
            : string.Create(CultureInfo.InvariantCulture, $"{scalar.Text} is out of range {min}..{max}"));
    }

    /// <summary>Reads <c>format_version</c> and refuses the ones that are not listed.</summary>
    public int FormatVersion(params ReadOnlySpan<int> supported)
    {
        var version = Int64("format_version", long.MinValue);
        foreach (var candidate in supported)
            if (version == candidate) return candidate;
        throw Fault("format_version", $"version {version} is not supported, only {string.Join(" and ", supported.ToArray())}");
    }

    public DateTimeOffset Timestamp(string name)
    {
        if (!TryGet(name, out var node))
            throw Missing(name);
        return node is YamlScalar { Kind: PlainScalarKind.Text or PlainScalarKind.Timestamp } scalar
            && SnapshotTime.TryParseField(scalar.Text, out var time) ? time
            : throw Fault(name, "it is not a timestamp such as 2026-03-14T10:30:00.123456Z");
    }

    /// <summary>A scalar of any type as a .NET value; null when it is not there.</summary>
    public object? OptionalScalar(string name) => !TryGet(name, out var node) ? null
        : node is YamlScalar scalar ? scalar.ToValue() : throw Fault(name, $"it is {node.Description}, not a single value");

    public YamlSequence Sequence(string name) => !TryGet(name, out var node) ? throw Missing(name)
        : node as YamlSequence ?? throw Fault(name, $"it is {node.Description}, not a list");

    public YamlSequence? OptionalSequence(string name) => TryGet(name, out _) ? Sequence(name) : null;

    public FieldReader Map(string name) => OptionalMap(name) is { } value
        ? new FieldReader(value, PathOf(name), faults) : throw Missing(name);

    public YamlMapping? OptionalMap(string name) => !TryGet(name, out var node) ? null
        : node as YamlMapping ?? throw Fault(name, $"it is {node.Description}, not a map");

    /// <summary>The maps of a list of maps.</summary>
    public IEnumerable<FieldReader> Maps(string name)
    {
        var items = Sequence(name).Items;
        for (var index = 0; index < items.Count; index++)
        {
            var itemPath = string.Create(CultureInfo.InvariantCulture, $"{PathOf(name)}[{index}]");
            yield return items[index] is YamlMapping item ? new FieldReader(item, itemPath, faults)
                : throw faults.At(itemPath, $"it is {items[index].Description}, not a map");
        }
    }

    bool TryGet(string name, [NotNullWhen(true)] out YamlNode? node) =>
        map.Fields.TryGetValue(name, out node) && node is not YamlScalar { Kind: PlainScalarKind.Null };

    ShardyFusionException Missing(string name) => Fault(name, "it is missing");

    string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";
}
