using System.Globalization;
using System.Text.Json;
using ShardyFusion.Errors;
using ShardyFusion.Figures;
using ShardyFusion.Formats;
using Spectre.Console;

namespace ShardyFusion.Cli.Output;

/// <summary>Numbers, sizes and times as people and JSON read them.</summary>
static class Format
{
    public static string Count(long count) => ReadableText.Count(count);

    public static string Change(long? change) => ReadableText.Change(change);

    public static string Bytes(long? bytes) => ReadableText.Bytes(bytes);

    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    public static string ShortTime(DateTimeOffset time) => ReadableText.ShortTime(time);

    public static string Duration(TimeSpan span) => ReadableText.Duration(span);

    public static string Key(object? key) => key switch
    {
        null => "",
        byte[] bytes => "0x" + Convert.ToHexStringLower(bytes),
        _ => Convert.ToString(key, CultureInfo.InvariantCulture) ?? "",
    };

    /// <summary>A cell of a table: never markup, and nothing that steers the terminal.</summary>
    public static Text Cell(string? text) => new(VisibleText.Escape(text));

    /// <summary>Text for a question or a progress line.</summary>
    public static string Plain(string text) => Markup.Escape(VisibleText.Escape(text));

    public static Table Grid(params string[] columns)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in columns)
        {
            // Figures are compared by their last digit.
            var isNumber = column.EndsWith('#');
            table.AddColumn(new TableColumn(new Text(column.TrimEnd('#')))
            {
                NoWrap = isNumber,
                Alignment = isNumber ? Justify.Right
                : Justify.Left
            });
        }
        return table;
    }

    public static void Row(this Table table, params string?[] cells) => table.AddRow(cells.Select(Cell));

    public static Table Facts(IEnumerable<(string Name, string? Value)> facts)
    {
        var table = new Table { Border = TableBorder.None, ShowHeaders = false };
        table.AddColumn(new TableColumn("") { NoWrap = true }).AddColumn("");
        foreach (var (name, value) in facts) table.Row(name, value);
        return table;
    }

    /// <summary>Writes what guards found, as the member "guards".</summary>
    public static void Guards(this Utf8JsonWriter json, IEnumerable<GuardResult> results) =>
        json.Any("guards", results.Select(object? (result) =>
        new Dictionary<string, object?> { ["name"] = result.Name, ["passed"] = result.Passed, ["detail"] = result.Detail }).ToList());

    /// <summary>Writes any of the values that a manifest's custom fields, keys and options consist of.</summary>
    public static void Any(this Utf8JsonWriter json, string name, object? value)
    {
        json.WritePropertyName(name);
        Any(json, value);
    }

    static void Any(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case string text: json.WriteStringValue(text); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case int number: json.WriteNumberValue(number); break;
            case long number: json.WriteNumberValue(number); break;
            case uint number: json.WriteNumberValue(number); break;
            case ulong number: json.WriteNumberValue(number); break;
            case double number when double.IsFinite(number): json.WriteNumberValue(number); break;
            case IReadOnlyDictionary<string, object?> map:
                json.WriteStartObject();
                foreach (var (name, item) in map) json.Any(name, item);
                json.WriteEndObject();
                break;
            case byte[] bytes: json.WriteStringValue(Key(bytes)); break;
            case System.Collections.IEnumerable items:
                json.WriteStartArray();
                foreach (var item in items) Any(json, item);
                json.WriteEndArray();
                break;
            default: json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture)); break;
        }
    }
}
