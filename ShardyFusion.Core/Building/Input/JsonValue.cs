using System.Buffers;
using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Numerics;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using ShardyFusion.Errors;
using ShardyFusion.Snapshots;

namespace ShardyFusion.Building.Input;

/// <summary>Writes .NET values and parsed JSON as sorted compact JSON.</summary>
internal static class JsonValue
{
    static readonly ConcurrentDictionary<Type, PropertyInfo[]> PropertiesByType = new();

    /// <summary>Writes any value: scalars, dictionaries, lists, <see cref="RowFields"/>, parsed JSON, or an object's public properties.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: it has no JSON form.</exception>
    public static void Write(SortedJsonWriter json, object? value)
    {
        switch (value)
        {
            case null or DBNull: json.Null(); break;
            case string text: json.String(text); break;
            case bool flag: json.Boolean(flag); break;
            case Enum name: json.String(name.ToString()); break;
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
            case DateTime time: json.Quoted(time, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"); break;
            case DateTimeOffset time: json.Quoted(time, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"); break;
            case DateOnly date: json.Quoted(date, "yyyy-MM-dd"); break;
            case TimeOnly time: json.Quoted(time, "HH:mm:ss.FFFFFFF"); break;
            case TimeSpan span: json.Quoted(span, "c"); break;
            case Guid id: json.Quoted(id, "D"); break;
            case char character: json.String([character]); break;
            case Uri uri: json.String(uri.OriginalString); break;
            case Version version: json.String(version.ToString()); break;
            case byte[] bytes: json.Base64(bytes); break;
            case ReadOnlyMemory<byte> bytes: json.Base64(bytes.Span); break;
            case Memory<byte> bytes: json.Base64(bytes.Span); break;
            case RowFields fields: WriteFields(json, fields); break;
            case JsonElement element: WriteText(json, element.GetRawText()); break;
            case JsonDocument document: WriteText(json, document.RootElement.GetRawText()); break;
            case JsonNode node: WriteText(json, node.ToJsonString()); break;
            case IDictionary map: WriteDictionary(json, map); break;
            case IEnumerable<KeyValuePair<string, object?>> map: WritePairs(json, map); break;
            case IEnumerable items: WriteItems(json, items); break;
            case Delegate or Type or Pointer: throw Unfit($"A {value.GetType().Name} has no JSON form.");
            default: WriteProperties(json, value); break;
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
        if (!isFinite) throw Unfit($"{string.Create(CultureInfo.InvariantCulture, $"{number}")} has no JSON form.");
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
            json.Name(entry.Key as string ?? Convert.ToString(entry.Key, CultureInfo.InvariantCulture));
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

    static void WriteProperties(SortedJsonWriter json, object value)
    {
        json.StartObject();
        foreach (var property in PropertiesByType.GetOrAdd(value.GetType(), ReadableProperties))
        {
            json.Name(property.Name);
            Write(json, Read(property, value));
        }
        json.EndObject();
    }

    static object? Read(PropertyInfo property, object value)
    {
        try
        {
            return property.GetValue(value);
        }
        catch (TargetInvocationException e)
        {
            throw Unfit($"Property '{property.Name}' of {value.GetType().Name} cannot be read: {e.InnerException?.Message}", e);
        }
    }

    static PropertyInfo[] ReadableProperties(Type type) =>
        [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.CanRead && p.GetIndexParameters().Length == 0 && !p.PropertyType.IsByRefLike)];

    static ShardyFusionException Unfit(string message, Exception? cause = null) => new(ErrorKind.InputInvalid, message, cause);
}
