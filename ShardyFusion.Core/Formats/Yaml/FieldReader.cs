using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using ShardyFusion.Errors;

namespace ShardyFusion.Formats.Yaml;

/// <summary>Typed access to the fields of one map of a document; every error names the field by its path.</summary>
/// <remarks>A field that is absent or null is "not there"; fields nobody asks for are ignored.</remarks>
/// <param name="map">The map.</param>
/// <param name="path">Its path, or that of the list that <paramref name="index"/> goes with; empty for the document's root.</param>
/// <param name="faults">Makes the errors.</param>
/// <param name="index">Its place in the list, or that of the map that it is a field of; -1 when there is no list.</param>
/// <param name="field">Its name in the map at <paramref name="index"/>; null when it is that map. A path is put together when there is
/// something to say of it.</param>
readonly struct FieldReader(YamlMapping map, string path, DocumentFaults faults, int index = -1, string? field = null)
{
    public ShardyFusionException Fault(string name, string problem) => faults.At(PathOf(name), problem);

    public string Text(string name) => OptionalText(name) ?? throw Missing(name);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public string? OptionalText(string name)
    {
        if (!TryGet(name, out var node))
            return null;
        return node is YamlScalar { Kind: PlainScalarKind.Text } scalar ? scalar.Text
            : throw Fault(name, $"it is {node.Description}, not text; a value that looks like a number, date or Boolean must be quoted");
    }

    public int Int32(string name, int min, int max = int.MaxValue) => (int)Int64(name, min, max);

    public long Int64(string name, long min, long max = long.MaxValue) => OptionalInt64(name, min, max) ?? throw Missing(name);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long? OptionalInt64(string name, long min, long max = long.MaxValue)
    {
        if (!TryGet(name, out var node))
            return null;
        if (node is YamlScalar { Kind: PlainScalarKind.Integer } plain && PyYamlScalars.TryReadDecimal(plain.Text, out var number)
            && number >= min && number <= max)
            return number;
        return LongOrFault(name, node, min, max);
    }

    long LongOrFault(string name, YamlNode node, long min, long max)
    {
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

    public FieldReader Map(string name) => OptionalMap(name) is not { } value ? throw Missing(name)
        : index >= 0 && field is null ? new FieldReader(value, path, faults, index, name) : new FieldReader(value, PathOf(name), faults);

    public YamlMapping? OptionalMap(string name) => !TryGet(name, out var node) ? null
        : node as YamlMapping ?? throw Fault(name, $"it is {node.Description}, not a map");

    /// <summary>Reads a list of maps.</summary>
    public T[] Maps<T>(string name, Func<FieldReader, T> read)
    {
        var items = Sequence(name).Items;
        var values = new T[items.Count];
        for (var at = 0; at < values.Length; at++)
        {
            values[at] = items[at] is YamlMapping item ? read(new FieldReader(item, PathOf(name), faults, at))
                : throw faults.At(string.Create(CultureInfo.InvariantCulture, $"{PathOf(name)}[{at}]"),
                $"it is {items[at].Description}, not a map");
        }
        return values;
    }

    bool TryGet(string name, [NotNullWhen(true)] out YamlNode? node) =>
        map.Fields.TryGetValue(name, out node) && node is not YamlScalar { Kind: PlainScalarKind.Null };

    ShardyFusionException Missing(string name) => Fault(name, "it is missing");

    string PathOf(string name)
    {
        if (index < 0) return path.Length == 0 ? name : $"{path}.{name}";
        return string.Create(CultureInfo.InvariantCulture, $"{path}[{index}].{(field is null ? "" : field + ".")}{name}");
    }
}
