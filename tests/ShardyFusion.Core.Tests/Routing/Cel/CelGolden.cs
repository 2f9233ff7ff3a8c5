using System.Globalization;
using System.IO.Compression;
using System.Numerics;
using System.Text.Json;
using ShardyFusion.Core.Tests.Golden;
using ShardyFusion.Routing.Cel;

namespace ShardyFusion.Core.Tests.Routing.Cel;

/// <summary>What the reference evaluator answered, under Golden/data/cel; every value is a string, read by its type.</summary>
static class CelGolden
{
    public static JsonElement Load(string name)
    {
        using var unpacked = new GZipStream(new MemoryStream(GoldenFiles.Read("cel", name + ".json.gz")), CompressionMode.Decompress);
        return JsonDocument.Parse(unpacked).RootElement;
    }

    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) => element.GetProperty(name).EnumerateArray();

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static string? OptionalText(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var found) && found.ValueKind != JsonValueKind.Null ? found.ToString() : null;

    public static bool Has(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var found) && found.ValueKind != JsonValueKind.Null;

    /// <summary>The declared columns of a case.</summary>
    public static CelColumn[] Columns(JsonElement item) =>
        [.. item.GetProperty("columns").EnumerateObject().Select(column => new CelColumn(column.Name, Type(column.Value.GetString()!)))];

    public static CelType Type(string name) =>
        CelTypeNames.TryParseStorageName(name, out var type) ? type : throw new ArgumentException(name);

    /// <summary>A given value as .NET has it.</summary>
    public static object? Value(string type, string? text) => type switch
    {
        _ when text is null => null,
        "int" or "uint" => BigInteger.Parse(text, CultureInfo.InvariantCulture),
        "double" => Double(text),
        "bool" => text == "true",
        "string" => text,
        "bytes" or "bytearray" => Convert.FromBase64String(text),
        "Decimal" => decimal.Parse(text, CultureInfo.InvariantCulture),
        "null" => null,
        _ => new object(),
    };

    public static object? Value(JsonElement given) => Value(given.Text("type"), given.OptionalText("value"));

    public static double Double(string text) => text switch
    {
        "NaN" => double.NaN,
        "Infinity" => double.PositiveInfinity,
        "-Infinity" => double.NegativeInfinity,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    /// <summary>Gives the columns of a row to an expression.</summary>
    public static void Fill(CelColumns columns, CelColumn[] declared, JsonElement context)
    {
        columns.Clear();
        foreach (var given in context.EnumerateObject())
        {
            var slot = columns.SlotOf(given.Name);
            if (slot >= 0)
                columns.Set(slot, given.Value.ValueKind == JsonValueKind.Null ? null
                    : Value(declared[slot].Type.StorageName(), given.Value.GetString()));
        }
    }

    public static bool HasQuirk(JsonElement row, string quirk) =>
        row.Has("quirks") && row.Items("quirks").Any(found => found.GetString() == quirk);
}
