using System.Globalization;
using System.Text;
using System.Text.Json;
using ShardyFusion.Errors;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ShardyFusion.Formats.Yaml;

/// <summary>Reads one YAML (or JSON) document into <see cref="YamlNode"/>s, within limits. The only user of YamlDotNet.</summary>
/// <remarks>Anchors, aliases and tags outside the core set are refused, so size in memory stays proportional to size in bytes.</remarks>
sealed class YamlReader
{
    const string CoreTagPrefix = "tag:yaml.org,2002:";

    static readonly UTF8Encoding strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    readonly DocumentLimits limits;
    readonly DocumentFaults faults;
    readonly List<(string? Name, int Index)> path = [];
    int nodes;

    YamlReader(DocumentLimits limits, DocumentFaults faults)
    {
        this.limits = limits;
        this.faults = faults;
    }

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ManifestParse"/>, naming the field or the line.</exception>
    public static YamlMapping Read(ReadOnlySpan<byte> content, DocumentLimits limits, DocumentFaults faults)
    {
        var reader = new YamlReader(limits, faults);
        if (content.Length > limits.MaxBytes)
            throw faults.At("", $"it has {content.Length} bytes; the limit is {limits.MaxBytes}");
        if (content.StartsWith(Encoding.UTF8.Preamble))
            content = content[Encoding.UTF8.Preamble.Length..];
        string text;
        try
        {
            text = strictUtf8.GetString(content);
        }
        catch (DecoderFallbackException invalid)
        {
            throw faults.At("", "it is not UTF-8 text", invalid);
        }
        if (BlockYamlReader.TryRead(text, limits) is { } dialect)
            return dialect;
        var root = text.AsSpan().TrimStart().StartsWith("{") && reader.TryReadJson(text) is { } json ? json : reader.ReadYaml(text);
        return root as YamlMapping ?? throw faults.At("", $"it is {root.Description}, not a map");
    }

    /// <summary>Null when the text is not JSON; it may still be a YAML flow mapping.</summary>
    YamlNode? TryReadJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = limits.MaxDepth });
            return FromJson(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
        catch (InvalidOperationException loneSurrogate)
        {
            throw faults.At(Path(), "it holds an unpaired surrogate", loneSurrogate);
        }
    }

    YamlNode FromJson(JsonElement element)
    {
        CountNode();
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var fields = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
                EnterCollection();
                foreach (var property in element.EnumerateObject())
                {
                    EnterField(fields, property.Name);
                    fields[property.Name] = FromJson(property.Value);
                    Leave();
                }
                return new YamlMapping(fields);
            case JsonValueKind.Array:
                var items = new List<YamlNode>();
                EnterCollection();
                foreach (var item in element.EnumerateArray())
                {
                    EnterItem(items);
                    items.Add(FromJson(item));
                    Leave();
                }
                return new YamlSequence(items);
            case JsonValueKind.String:
                return new YamlScalar(element.GetString()!, PlainScalarKind.Text);
            case JsonValueKind.Number:
                var number = element.GetRawText();
                return new YamlScalar(number, number.AsSpan().ContainsAny('.', 'e', 'E') ? PlainScalarKind.Float : PlainScalarKind.Integer);
            case JsonValueKind.Null:
                return new YamlScalar("null", PlainScalarKind.Null);
            default:
                return new YamlScalar(element.GetRawText(), PlainScalarKind.Boolean);
        }
    }

    YamlNode ReadYaml(string text)
    {
        try
        {
            var parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
                throw faults.At("", "it is empty");
            parser.Consume<DocumentStart>();
            var root = ReadNode(parser);
            parser.Consume<DocumentEnd>();
            return parser.Accept<StreamEnd>(out _) ? root : throw faults.At("", "it holds more than one document");
        }
        catch (YamlException malformed)
        {
            throw faults.At(Path(), string.Create(CultureInfo.InvariantCulture,
                $"line {malformed.Start.Line}, column {malformed.Start.Column}: {malformed.Message.TrimEnd('.')}"), malformed);
        }
        // Its scanner lets others escape on some malformed text, InvalidOperationException at an unexpected end for one.
        catch (Exception malformed) when (malformed is not (ShardyFusionException or OutOfMemoryException))
        {
            throw faults.At(Path(), "it is not well-formed YAML", malformed);
        }
    }

    YamlNode ReadNode(IParser parser)
    {
        CountNode();
        switch (parser.Current)
        {
            case NodeEvent { Anchor.IsEmpty: false }:
            case AnchorAlias:
                throw faults.At(Path(), "anchors and aliases are not accepted");
            case Scalar scalar:
                parser.MoveNext();
                return ReadScalar(scalar);
            case SequenceStart sequence:
                CheckTag(sequence.Tag, "seq");
                EnterCollection();
                parser.MoveNext();
                var items = new List<YamlNode>();
                while (!parser.TryConsume<SequenceEnd>(out _))
                {
                    EnterItem(items);
                    items.Add(ReadNode(parser));
                    Leave();
                }
                return new YamlSequence(items);
            case MappingStart mapping:
                CheckTag(mapping.Tag, "map");
                EnterCollection();
                parser.MoveNext();
                var fields = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
                while (!parser.TryConsume<MappingEnd>(out _))
                {
                    var name = ReadKey(parser);
                    EnterField(fields, name);
                    fields[name] = ReadNode(parser);
                    Leave();
                }
                return new YamlMapping(fields);
            default:
                throw faults.At(Path(), "a value is missing");
        }
    }

    string ReadKey(IParser parser)
    {
        CountNode();
        if (parser.Current is not Scalar { Anchor.IsEmpty: true } scalar)
            throw faults.At(Path(), "a map key must be plain text");
        parser.MoveNext();
        return ReadScalar(scalar) is { Kind: PlainScalarKind.Reserved }
            ? throw faults.At(Path(), $"the map key '{scalar.Value}' is not accepted")
            : scalar.Value;
    }

    YamlScalar ReadScalar(Scalar scalar)
    {
        if (scalar.Tag.IsEmpty)
            return new YamlScalar(scalar.Value, scalar.Style == ScalarStyle.Plain ? PyYamlScalars.Resolve(scalar.Value)
                : PlainScalarKind.Text);
        var resolved = PyYamlScalars.Resolve(scalar.Value);
        return scalar.Tag.IsNonSpecific ? new YamlScalar(scalar.Value, PlainScalarKind.Text) : scalar.Tag.Value switch
        {
            CoreTagPrefix + "str" => new YamlScalar(scalar.Value, PlainScalarKind.Text),
            CoreTagPrefix + "int" when resolved == PlainScalarKind.Integer => new YamlScalar(scalar.Value, resolved),
            CoreTagPrefix + "float" when resolved is PlainScalarKind.Float or PlainScalarKind.Integer =>
            new YamlScalar(scalar.Value, PlainScalarKind.Float),
            CoreTagPrefix + "bool" when resolved == PlainScalarKind.Boolean => new YamlScalar(scalar.Value, resolved),
            CoreTagPrefix + "null" when resolved == PlainScalarKind.Null => new YamlScalar(scalar.Value, resolved),
            _ => throw faults.At(Path(), $"the tag '{scalar.Tag.Value}' is not accepted here"),
        };
    }

    void CheckTag(TagName tag, string coreName)
    {
        if (!tag.IsEmpty && !tag.IsNonSpecific && tag.Value != CoreTagPrefix + coreName)
            throw faults.At(Path(), $"the tag '{tag.Value}' is not accepted here");
    }

    void EnterItem(List<YamlNode> items) => path.Add((null, items.Count));

    void EnterField(Dictionary<string, YamlNode> fields, string name)
    {
        path.Add((name, 0));
        if (!fields.TryAdd(name, null!))
            throw faults.At(Path(), "the key appears twice");
    }

    void Leave() => path.RemoveAt(path.Count - 1);

    void EnterCollection()
    {
        if (path.Count >= limits.MaxDepth)
            throw faults.At(Path(), $"it is nested more than {limits.MaxDepth} levels deep");
    }

    void CountNode()
    {
        if (++nodes > limits.MaxNodes)
            throw faults.At(Path(), $"the document holds more than {limits.MaxNodes} values");
    }

    string Path()
    {
        var text = new StringBuilder();
        foreach (var (name, index) in path)
        {
            if (name is null)
                text.Append(CultureInfo.InvariantCulture, $"[{index}]");
            else
                text.Append(text.Length == 0 ? "" : ".").Append(name);
        }
        return text.ToString();
    }
}
