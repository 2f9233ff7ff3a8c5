namespace ShardyFusion.Formats.Yaml;

/// <summary>A parsed YAML or JSON value, before it is known what it should be.</summary>
abstract class YamlNode
{
    /// <summary>What it is, for messages: <c>a list</c>, <c>an integer</c>.</summary>
    public abstract string Description { get; }

    /// <summary>As plain .NET values: null, bool, long or BigInteger, double, string, list, dictionary.</summary>
    public abstract object? ToValue();
}

/// <summary>A scalar: its text as written and the type it resolved to.</summary>
sealed class YamlScalar(string text, PlainScalarKind kind) : YamlNode
{
    public string Text { get; } = text;

    public PlainScalarKind Kind { get; } = kind;

    public override string Description => Kind switch
    {
        PlainScalarKind.Null => "null",
        PlainScalarKind.Boolean => "a Boolean",
        PlainScalarKind.Integer => "an unquoted number",
        PlainScalarKind.Float => "an unquoted number",
        PlainScalarKind.Timestamp => "an unquoted date",
        PlainScalarKind.Reserved => "a reserved word",
        _ => "text",
    };

    public override object? ToValue() => Kind switch
    {
        PlainScalarKind.Null => null,
        PlainScalarKind.Boolean => Text[0] is 'y' or 'Y' or 't' or 'T' || Text is "on" or "On" or "ON",
        PlainScalarKind.Integer when PyYamlScalars.TryReadDecimal(Text, out var number) => number,
        PlainScalarKind.Integer when PyYamlScalars.TryReadInteger(Text, out var integer) =>
            integer >= long.MinValue && integer <= long.MaxValue ? (object)(long)integer : integer,
        PlainScalarKind.Float when PyYamlScalars.TryReadFloat(Text, out var real) => real,
        _ => Text,
    };
}

/// <summary>A list.</summary>
sealed class YamlSequence(List<YamlNode> items) : YamlNode
{
    public List<YamlNode> Items { get; } = items;

    public override string Description => "a list";

    public override object ToValue() => Items.Select(item => item.ToValue()).ToList();
}

/// <summary>A map with distinct keys.</summary>
sealed class YamlMapping(Dictionary<string, YamlNode> fields) : YamlNode
{
    public Dictionary<string, YamlNode> Fields { get; } = fields;

    public override string Description => "a map";

    public override object ToValue() => ToDictionary();

    public Dictionary<string, object?> ToDictionary() =>
        Fields.ToDictionary(field => field.Key, field => field.Value.ToValue(), StringComparer.Ordinal);
}
