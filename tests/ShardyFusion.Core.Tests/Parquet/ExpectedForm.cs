using System.Globalization;
using System.Text;
using System.Text.Json;
using ShardyFusion.Formats.Values;

namespace ShardyFusion.Core.Tests.Parquet;

/// <summary>Brings values as expected.json shows them into the form in which rows of Parquet become JSON.</summary>
static class ExpectedForm
{
    /// <summary>The JSON of several columns.</summary>
    public static string Of(IEnumerable<(string Name, string Type, JsonElement Value)> columns)
    {
        var json = new SortedJsonWriter();
        json.StartObject();
        foreach (var (name, type, value) in columns)
        {
            json.Name(name);
            Write(json, value, type);
        }
        json.EndObject();
        return Encoding.UTF8.GetString(json.Written);
    }

    /// <summary>The text of a key.</summary>
    public static string KeyText(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    static void Write(SortedJsonWriter json, JsonElement value, string type)
    {
        var name = type.Split('<', '(')[0];
        if (value.ValueKind == JsonValueKind.Null) json.Null();
        else if (name == "list") WriteList(json, value, type[5..^1]);
        else if (name == "struct") WriteStructure(json, value, type[7..^1]);
        else if (name == "map") WriteMap(json, value, type[4..^1]);
        else if (name is "float" or "double" or "float16") WriteReal(json, value, name);
        else if (name is "decimal" or "int8" or "int16" or "int32" or "int64" or "uint8" or "uint16" or "uint32" or "uint64")
            json.Raw(Encoding.UTF8.GetBytes(KeyText(value)));
        else if (name == "bool") json.Boolean(value.GetBoolean());
        else json.String(TextOf(value, name));
    }

    static string TextOf(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.Object) return value.GetString()!;
        if (name != "interval") return value.GetProperty("iso").GetString()!;
        var millis = value.GetProperty("millis").GetInt64();
        return string.Create(CultureInfo.InvariantCulture,
            $"P{value.GetProperty("months").GetInt64()}M{value.GetProperty("days").GetInt64()}DT{millis / 1000}.{millis % 1000:D3}S");
    }

    static void WriteReal(SortedJsonWriter json, JsonElement value, string name)
    {
        if (value.ValueKind == JsonValueKind.String) json.String(value.GetString()!);
        else if (name == "double") json.Number(double.Parse(value.GetRawText(), CultureInfo.InvariantCulture));
        else if (name == "float") json.Number(float.Parse(value.GetRawText(), CultureInfo.InvariantCulture));
        else json.Number(Half.Parse(value.GetRawText(), CultureInfo.InvariantCulture));
    }

    static void WriteList(SortedJsonWriter json, JsonElement value, string type)
    {
        json.StartArray();
        foreach (var item in value.EnumerateArray()) Write(json, item, type);
        json.EndArray();
    }

    static void WriteStructure(SortedJsonWriter json, JsonElement value, string type)
    {
        json.StartObject();
        foreach (var field in Parts(type).Select(part => part.Split(':', 2)))
        {
            json.Name(field[0]);
            Write(json, value.GetProperty(field[0]), field[1]);
        }
        json.EndObject();
    }

    static void WriteMap(SortedJsonWriter json, JsonElement value, string type)
    {
        json.StartObject();
        foreach (var entry in value.EnumerateArray())
        {
            json.Name(KeyText(entry.GetProperty("key")));
            Write(json, entry.GetProperty("value"), Parts(type)[1]);
        }
        json.EndObject();
    }

    /// <summary>Splits at the commas that are in no brackets.</summary>
    static List<string> Parts(string types)
    {
        var parts = new List<string>();
        int depth = 0, start = 0;
        for (var i = 0; i <= types.Length; i++)
        {
            var next = i < types.Length ? types[i] : '\0';
            if (next is '<' or '(') depth++;
            else if (next is '>' or ')') depth--;
            else if (i == types.Length || (next == ',' && depth == 0))
            {
                parts.Add(types[start..i]);
                start = i + 1;
            }
        }
        return parts;
    }
}
