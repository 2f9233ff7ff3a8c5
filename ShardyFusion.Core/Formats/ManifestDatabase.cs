using System.Globalization;
using System.Text.Json;
using ShardyFusion.Errors;
using ShardyFusion.Formats.Yaml;
using ShardyFusion.Shards.Sqlite.Format;
using ShardyFusion.Shards.Sqlite.Reading;

namespace ShardyFusion.Formats;

/// <summary>Manifests of the later shardyfusion version, which are SQLite files, as the tree of maps and lists that a YAML manifest
/// is.</summary>
static class ManifestDatabase
{
    const string Meta = "build_meta", Shards = "shards", Sharding = "sharding", Custom = "custom", Url = "db_url";

    // As deep as any document.
    static readonly JsonDocumentOptions options = new() { MaxDepth = DocumentLimits.Manifest.MaxDepth };
    static readonly string[] shardingFields = ["strategy", "routing_values", "cel_expr", "cel_columns", "hash_algorithm"];

    /// <summary>True for a SQLite file.</summary>
    public static bool IsOne(ReadOnlySpan<byte> content) => content.StartsWith(SqliteHeader.Magic);

    /// <summary>Reads one.</summary>
    /// <param name="content">Its bytes.</param>
    /// <param name="source">Its key or ref.</param>
    /// <param name="faults">Makes the errors.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ManifestParse"/>: it is damaged, or has other tables.</exception>
    public static YamlMapping Read(ReadOnlySpan<byte> content, string source, DocumentFaults faults)
    {
        if (content.Length > DocumentLimits.Manifest.MaxBytes)
            throw faults.At("", $"it has {content.Length} bytes, more than {DocumentLimits.Manifest.MaxBytes}");
        try
        {
            var file = new SqliteContent(source, content.ToArray());
            if (file.RowsOf(Meta).ToArray() is not [var meta])
                throw faults.At("", $"its table '{Meta}' does not have one row");
            var required = Fields(meta, "", faults, Sharding, Custom);
            required.Fields.Remove(Custom, out var custom);
            RequireKnown(required, faults);
            return new YamlMapping(new(StringComparer.Ordinal)
            {
                ["required"] = required,
                ["custom"] = custom ?? new YamlMapping([]),
                // A shard without rows may have a row without a place.
                [Shards] = new YamlSequence([.. file.RowsOf(Shards).Where(static row => row.GetValueOrDefault(Url) is not null)
                    .Select((row, i) => Fields(row, string.Create(CultureInfo.InvariantCulture, $"{Shards}[{i}]."), faults, "min_key",
                        "max_key", "writer_info"))]),
            });
        }
        catch (ShardCorruptException damage)
        {
            throw faults.At("", $"it is a SQLite file that is damaged, or no manifest ({damage.Message.TrimEnd('.')})", damage);
        }
    }

    static void RequireKnown(YamlMapping required, DocumentFaults faults)
    {
        if (required.Fields.GetValueOrDefault(Sharding) is YamlMapping sharding
            && sharding.Fields.Keys.FirstOrDefault(name => !shardingFields.Contains(name)) is { } unknown)
            throw faults.At($"required.{Sharding}.{unknown}", "this version of manifests has no such field");
    }

    static YamlMapping Fields(IReadOnlyDictionary<string, object?> row, string path, DocumentFaults faults,
        params ReadOnlySpan<string> jsonColumns)
    {
        var fields = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        foreach (var (name, value) in row)
            fields[name] = value is string text && jsonColumns.Contains(name) ? FromJson(text, path + name, faults) : Scalar(value);
        return new YamlMapping(fields);
    }

    static YamlScalar Scalar(object? value) => value switch
    {
        null => new YamlScalar("null", PlainScalarKind.Null),
        long number => new YamlScalar(number.ToString(CultureInfo.InvariantCulture), PlainScalarKind.Integer),
        string text => new YamlScalar(text, PlainScalarKind.Text),
        double real => new YamlScalar(real.ToString("R", CultureInfo.InvariantCulture), PlainScalarKind.Float),
        _ => new YamlScalar("bytes", PlainScalarKind.Reserved),
    };

    static YamlNode FromJson(string text, string field, DocumentFaults faults)
    {
        try
        {
            using var document = JsonDocument.Parse(text, options);
            return FromJson(document.RootElement);
        }
        // The last: half of a character that takes two.
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            throw faults.At(field, $"it is no JSON text: {malformed.Message.TrimEnd('.')}", malformed);
        }
    }

    static YamlNode FromJson(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => new YamlMapping(Distinct(element)),
        JsonValueKind.Array => new YamlSequence([.. element.EnumerateArray().Select(FromJson)]),
        JsonValueKind.String => new YamlScalar(element.GetString()!, PlainScalarKind.Text),
        JsonValueKind.Number => new YamlScalar(element.GetRawText(),
            element.GetRawText().AsSpan().ContainsAny('.', 'e', 'E') ? PlainScalarKind.Float : PlainScalarKind.Integer),
        JsonValueKind.Null => new YamlScalar("null", PlainScalarKind.Null),
        _ => new YamlScalar(element.GetRawText(), PlainScalarKind.Boolean),
    };

    static Dictionary<string, YamlNode> Distinct(JsonElement map)
    {
        var fields = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        foreach (var field in map.EnumerateObject())
            if (!fields.TryAdd(field.Name, FromJson(field.Value)))
                throw new JsonException($"The field '{field.Name}' is there twice.");
        return fields;
    }
}
