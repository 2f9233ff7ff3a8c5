using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using ShardyFusion.Errors;

namespace ShardyFusion.Formats.Values;

/// <summary>Writes .NET values and parsed JSON as sorted compact JSON.</summary>
static class JsonValue
{
    /// <summary>Writes any value: what <see cref="ExactValues"/> allows, and dictionaries and lists of it.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: it has no JSON form.</exception>
    public static void Write(SortedJsonWriter json, object? value)
    {
        switch (value)
        {
            case null or DBNull: json.Null(); break;
            case string text: json.String(text); break;
            case bool flag: json.Boolean(flag); break;
            case int number: json.Number(number); break;
            case long number: json.Number(number); break;
            case double number: WriteReal(json, number, double.IsFinite(number)); break;
            case float number: WriteReal(json, number, float.IsFinite(number)); break;
            case Half number: WriteReal(json, (float)number, Half.IsFinite(number)); break;
            case decimal number: json.Number(number); break;
            case byte number: json.Number(number); break;
            case sbyte number: json.Number(number); break;
            case short number: json.Number(number); break;
            case ushort number: json.Number(number); break;
            case uint number: json.Number(number); break;
            case ulong number: json.Number(number); break;
            case Int128 number: json.Number(number); break;
            case UInt128 number: json.Number(number); break;
            case BigInteger number: json.Raw(System.Text.Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture))); break;
            case DateTime time: json.Quoted(time, ExactValues.TimeFormat); break;
            case DateTimeOffset time: json.Quoted(time, ExactValues.OffsetTimeFormat); break;
            case DateOnly date: json.Quoted(date, ExactValues.DateFormat); break;
            case TimeOnly time: json.Quoted(time, ExactValues.ClockFormat); break;
            case TimeSpan span: json.Quoted(span, "c"); break;
            case Guid id: json.Quoted(id, "D"); break;
            case byte[] bytes: json.Base64(bytes); break;
            case ReadOnlyMemory<byte> bytes: json.Base64(bytes.Span); break;
            case Memory<byte> bytes: json.Base64(bytes.Span); break;
            case RowFields fields: WriteFields(json, fields); break;
            case JsonElement element: WriteText(json, element.GetRawText()); break;
            case JsonDocument document: WriteText(json, document.RootElement.GetRawText()); break;
            case JsonNode node: WriteText(json, node.ToJsonString()); break;
            case IDictionary map: WriteDictionary(json, map); break;
            case IEnumerable<KeyValuePair<string, object?>> map: WritePairs(json, map); break;
            default: WriteOther(json, value); break;
        }
    }

    /// <summary>Copies the value at which <paramref name="reader"/> stands, and leaves it at the value's last token.</summary>
    /// <param name="json">Takes the value.</param>
    /// <param name="reader">Over one span, so that tokens are contiguous.</param>
    /// <param name="unescaped">Scratch space, grown as needed.</param>
    public static void Copy(SortedJsonWriter json, ref Utf8JsonReader reader, ref byte[] unescaped)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                json.StartObject();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    json.Name(Text(ref reader, ref unescaped));
                    reader.Read();
                    Copy(json, ref reader, ref unescaped);
                }
                json.EndObject();
                break;
            case JsonTokenType.StartArray:
                json.StartArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) Copy(json, ref reader, ref unescaped);
                json.EndArray();
                break;
            case JsonTokenType.String:
                json.String(Text(ref reader, ref unescaped));
                break;
            default:
                json.Raw(reader.ValueSpan);
                break;
        }
    }

    /// <summary>The text of the string or name at which <paramref name="reader"/> stands, UTF-8.</summary>
    public static ReadOnlySpan<byte> Text(ref Utf8JsonReader reader, ref byte[] unescaped)
    {
        if (!reader.ValueIsEscaped) return reader.ValueSpan;
        if (unescaped.Length < reader.ValueSpan.Length) unescaped = new byte[reader.ValueSpan.Length];
        return unescaped.AsSpan(0, reader.CopyString(unescaped));
    }

    static void WriteText(SortedJsonWriter json, string text)
    {
        var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(text));
        var unescaped = Array.Empty<byte>();
        reader.Read();
        Copy(json, ref reader, ref unescaped);
    }

    static void WriteReal<T>(SortedJsonWriter json, T number, bool isFinite) where T : IUtf8SpanFormattable
    {
        if (!isFinite)
            throw Unfit(json, string.Create(CultureInfo.InvariantCulture, $"is {number}, which has no JSON form"),
                "Store it as text or leave it out.");
        json.Number(number);
    }

    static void WriteFields(SortedJsonWriter json, RowFields fields)
    {
        json.StartObject();
        for (var i = 0; i < fields.Names.Count; i++)
        {
            json.Name(fields.Names[i]);
            Write(json, fields.Values[i]);
        }
        json.EndObject();
    }

    static void WriteDictionary(SortedJsonWriter json, IDictionary map)
    {
        json.StartObject();
        foreach (DictionaryEntry entry in map)
        {
            json.Name(ExactValues.TextOf(entry.Key) ?? throw Unfit(json,
                $"has an entry whose name is a {entry.Key.GetType()}, which has no exact text form"));
            Write(json, entry.Value);
        }
        json.EndObject();
    }

    static void WritePairs(SortedJsonWriter json, IEnumerable<KeyValuePair<string, object?>> map)
    {
        json.StartObject();
        foreach (var (name, value) in map)
        {
            json.Name(name);
            Write(json, value);
        }
        json.EndObject();
    }

    static void WriteItems(SortedJsonWriter json, IEnumerable items)
    {
        json.StartArray();
        foreach (var item in items) Write(json, item);
        json.EndArray();
    }

    static void WriteOther(SortedJsonWriter json, object value)
    {
        if (ExactValues.TextOf(value) is { } text) json.String(text);
        else if (ExactValues.IsList(value)) WriteItems(json, (IEnumerable)value);
        else throw Unfit(json, $"is a {value.GetType()}, which has no exact JSON form", ExactValues.Conversion(value));
    }

    static ShardyFusionException Unfit(SortedJsonWriter json, string what, string? advice = null) =>
        new(ErrorKind.InputInvalid, $"The value at {json.PathTo(isBegun: false)} {what}.{(advice is null ? "" : " " + advice)}")
        {
            RecommendedAction = advice ?? "Leave it out, or make it text or plain properties first.",
        };
}
