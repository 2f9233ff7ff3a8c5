using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Values;

namespace ShardyFusion.Building.Input;

/// <summary>Parses JSON Lines.</summary>
sealed class JsonLinesChunkParser : IChunkParser
{
    readonly byte[][] keyPath;
    readonly byte[][]? valueNames;
    readonly string[]? valueFields;
    readonly bool isSingleValue;
    readonly bool asJson, isRaw;
    readonly TextForm keyForm, valueForm;
    readonly JsonRoutingFields routing;
    readonly TextDecoder keyDecoder, valueDecoder;
    readonly SortedJsonWriter json = new();
    byte[] keyName;
    bool hasSeenNames;
    byte[] key = new byte[64], value = new byte[256], unescaped = new byte[64];
    bool[] seen;

    public JsonLinesChunkParser(InputFile file, ValueEncoding encoding)
    {
        keyName = Encoding.UTF8.GetBytes(file.KeyField);
        keyPath = [.. file.KeyField.Split('.').Select(Encoding.UTF8.GetBytes)];
        valueFields = file.ValueFields?.ToArray();
        valueNames = valueFields?.Select(Encoding.UTF8.GetBytes).ToArray();
        isSingleValue = valueFields?.Length == 1;
        asJson = encoding == ValueEncoding.Json;
        isRaw = encoding == ValueEncoding.Raw;
        (keyForm, valueForm) = (file.KeyForm, file.ValueForm);
        (keyDecoder, valueDecoder) = (new TextDecoder(keyForm), new TextDecoder(valueForm));
        seen = new bool[valueFields?.Length ?? 0];
        routing = new JsonRoutingFields(file.RoutingFields);
    }

    public void Parse(RecordChunk chunk, IRowSink sink)
    {
        var text = chunk.Text;
        var isValid = Utf8.IsValid(text);
        var row = chunk.FirstRow;
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            if (CsvDialect.Lines.IsIgnored(line)) continue;
            var ordinal = row++;
            if (isValid || Utf8.IsValid(line)) ParseLine(line, sink, ordinal);
            else sink.Reject("It has bytes that are not UTF-8.", null, ordinal);
        }
    }

    void ParseLine(ReadOnlySpan<byte> line, IRowSink sink, long ordinal)
    {
        var row = default(Row);
        string? fault;
        try
        {
            if (!hasSeenNames) SettleNames(line);
            routing.Begin(sink.Columns);
            fault = Read(line, ref row);
        }
        catch (JsonException e)
        {
            fault = Describe(line, e);
        }
        catch (InvalidOperationException)
        {
            fault = "It has half of a surrogate pair in a string.";
        }
        catch (ShardyFusionException e)
        {
            fault = e.Message;
        }
        if (fault is not null)
            sink.Reject(fault, row.KeyKind is JsonTokenType.String or JsonTokenType.Number
                ? Encoding.UTF8.GetString(key.AsSpan(0, row.KeyBytes)) : null, ordinal);
        else if (row.KeyKind == JsonTokenType.Number)
            sink.AddInteger(row.Integer, isSingleValue ? value.AsSpan(0, row.ValueBytes) : json.Written, ordinal);
        else
            sink.Add(key.AsSpan(0, row.KeyBytes), isSingleValue ? value.AsSpan(0, row.ValueBytes) : json.Written, ordinal);
    }

    string? Read(ReadOnlySpan<byte> line, ref Row row)
    {
        // Our own depth limit comes first for what is copied; skipped fields may be as deep as the reader allows.
        var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = 256 });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) return $"It is a JSON {Name(reader.TokenType)}, not an object.";
        seen.AsSpan().Clear();
        json.Clear();
        if (!isSingleValue) json.StartObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isKey = reader.ValueTextEquals(keyName);
            var wanted = Wanted(ref reader, isKey);
            if (isKey && row.KeyKind != JsonTokenType.None) return $"It has the field '{Encoding.UTF8.GetString(keyName)}' twice.";
            if (wanted && !isSingleValue) json.Name(JsonValue.Text(ref reader, ref unescaped));
            var routed = routing.Find(ref reader);
            reader.Read();
            if (routed >= 0) routing.Take(routed, ref reader, ref unescaped);
            if (isKey) TakeKey(ref reader, ref row);
            if (!wanted)
                reader.Skip();
            else if (isSingleValue)
                row.ValueFault = TakeValue(ref reader, ref row);
            else
                JsonValue.Copy(json, ref reader, ref unescaped);
        }
        reader.Read(); // Throws when anything but white space follows the object.
        if (!isSingleValue) json.EndObject();
        if (row.KeyKind == JsonTokenType.None && keyPath.Length > 1) FindKey(line, ref row);
        return KeyFault(ref row) ?? MissingField() ?? row.ValueFault;
    }

    /// <summary>Lets names that the first row has in another case alone mean those of the row.</summary>
    void SettleNames(ReadOnlySpan<byte> line)
    {
        var names = new List<string>();
        var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = 256 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            names.Add(reader.GetString()!);
            reader.Read();
            reader.Skip();
        }
        hasSeenNames = true;
        keyName = Spelled(names, keyName);
        for (var i = 0; i < valueNames?.Length; i++) valueNames[i] = Spelled(names, valueNames[i]);
    }

    static byte[] Spelled(List<string> names, byte[] wanted)
    {
        var name = Encoding.UTF8.GetString(wanted);
        return names.Contains(name) || FieldNames.Find(names, name) is not (>= 0 and var at) ? wanted : Encoding.UTF8.GetBytes(names[at]);
    }

    /// <summary>Looks for the key inside nested objects: a name with dots that is no field is a path.</summary>
    void FindKey(ReadOnlySpan<byte> line, ref Row row)
    {
        var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = 256 });
        reader.Read();
        for (var step = 0; step < keyPath.Length && reader.TokenType == JsonTokenType.StartObject; step++)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName && !reader.ValueTextEquals(keyPath[step]))
            {
                reader.Read();
                reader.Skip();
            }
            if (reader.TokenType != JsonTokenType.PropertyName) return;
            reader.Read();
            if (step == keyPath.Length - 1) TakeKey(ref reader, ref row);
        }
    }

    bool Wanted(ref Utf8JsonReader reader, bool isKey)
    {
        if (valueNames is null) return !isKey;
        for (var i = 0; i < valueNames.Length; i++)
        {
            if (!reader.ValueTextEquals(valueNames[i])) continue;
            if (seen[i]) throw new ShardyFusionException(ErrorKind.InputInvalid, $"It has the field '{valueFields![i]}' twice.");
            return seen[i] = true;
        }
        return false;
    }

    void TakeKey(ref Utf8JsonReader reader, ref Row row)
    {
        row.KeyKind = reader.TokenType;
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number)) return;
        Store(JsonValue.Text(ref reader, ref unescaped), ref key, out row.KeyBytes);
        if (reader.TokenType == JsonTokenType.Number) row.IsInteger = reader.TryGetInt64(out row.Integer);
    }

    /// <returns>Why it cannot be the value, as a sentence; null when it can.</returns>
    string? TakeValue(ref Utf8JsonReader reader, ref Row row)
    {
        if (valueForm != TextForm.Text) return DecodeValue(ref reader, ref row);
        if (!asJson && reader.TokenType == JsonTokenType.Null) return CsvChunkParser.NullValue(valueFields![0]);
        if (!asJson && reader.TokenType == JsonTokenType.String)
        {
            Store(JsonValue.Text(ref reader, ref unescaped), ref value, out row.ValueBytes);
            return null;
        }
        JsonValue.Copy(json, ref reader, ref unescaped);
        Store(json.Written, ref value, out row.ValueBytes);
        return null;
    }

    string? DecodeValue(ref Utf8JsonReader reader, ref Row row)
    {
        var kind = reader.TokenType;
        if (kind != JsonTokenType.String)
        {
            reader.Skip();
            return $"Its field '{valueFields![0]}' is a JSON {Name(kind)}, not text in the form {valueForm}.";
        }
        if (valueDecoder.Decode(JsonValue.Text(ref reader, ref unescaped), out var bytes) is { } reason)
            return $"Its field '{valueFields![0]}' {reason}.";
        Store(bytes, ref value, out row.ValueBytes);
        return valueForm == TextForm.Json || isRaw || Utf8.IsValid(bytes) ? null
            : $"Its field '{valueFields![0]}' holds bytes that are not UTF-8, and values are text; store them as raw.";
    }

    string? KeyFault(ref Row row) => row.KeyKind switch
    {
        JsonTokenType.String when keyForm == TextForm.Text => null,
        JsonTokenType.String => DecodeKey(ref row),
        JsonTokenType.Number when keyForm != TextForm.Text => $"Its key is a number, not text in the form {keyForm}.",
        JsonTokenType.Number when row.IsInteger => null,
        JsonTokenType.Number => $"Key {Encoding.UTF8.GetString(key.AsSpan(0, row.KeyBytes))} is not an integer of at most 63 bits.",
        JsonTokenType.None => $"It has no field '{Encoding.UTF8.GetString(keyName)}' for the key.",
        _ => $"Its key field '{Encoding.UTF8.GetString(keyName)}' is a JSON {Name(row.KeyKind)}; a key is text or an integer.",
    };

    string? DecodeKey(ref Row row)
    {
        var text = key.AsSpan(0, row.KeyBytes);
        if (keyDecoder.Decode(text, out var bytes) is { } reason) return $"Its key {reason}.";
        Store(bytes, ref key, out row.KeyBytes);
        return null;
    }

    string? MissingField()
    {
        var missing = Array.IndexOf(seen, false);
        return missing < 0 ? null : $"It has no field '{valueFields![missing]}'.";
    }

    static void Store(ReadOnlySpan<byte> bytes, ref byte[] destination, out int length)
    {
        if (destination.Length < bytes.Length) destination = new byte[bytes.Length * 2];
        bytes.CopyTo(destination);
        length = bytes.Length;
    }

    static string Describe(ReadOnlySpan<byte> line, JsonException e)
    {
        if (EndsInside(line)) return "Its JSON does not end on its line; JSON Lines have one object a line, and 'jq -c .' makes them.";
        var hint = line.TrimEnd((byte)'\r').Contains((byte)'\r')
            ? "; it holds a carriage return without a line feed, so the lines may end with CR alone" : "";
        return $"It is not one JSON object: {e.Message.Split(". ", 2)[0].TrimEnd('.')} (byte {e.BytePositionInLine}){hint}.";
    }

    /// <summary>True when nothing is wrong with a line but that more should follow.</summary>
    static bool EndsInside(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = 256 }));
            while (reader.Read())
            {
            }
            return reader.CurrentDepth > 0 || reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.StartObject
                or JsonTokenType.StartArray;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    static string Name(JsonTokenType kind) => kind switch
    {
        JsonTokenType.StartObject => "object",
        JsonTokenType.StartArray => "array",
        JsonTokenType.String => "string",
        JsonTokenType.Number => "number",
        JsonTokenType.True or JsonTokenType.False => "Boolean",
        _ => "null",
    };

    struct Row
    {
        public JsonTokenType KeyKind;
        public int KeyBytes, ValueBytes;
        public long Integer;
        public bool IsInteger;
        public string? ValueFault;
    }
}
