using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using ShardyFusion.Errors;
using ShardyFusion.Manifests;
using ShardyFusion.Routing;

namespace ShardyFusion.Snapshots;

/// <summary>Writes rows as text. For one thread.</summary>
abstract class RowWriter : IDisposable
{
    /// <param name="format">Not <see cref="ExportFormat.Auto"/>.</param>
    /// <param name="codec">How keys are stored.</param>
    /// <param name="encoding">How values are encoded; null when the manifest does not say.</param>
    public static RowWriter Create(ExportFormat format, KeyCodec codec, ValueEncoding? encoding) =>
        format == ExportFormat.Csv ? new CsvRowWriter(codec, encoding) : new JsonRowWriter(codec, encoding);

    /// <summary>What was written and not taken away yet.</summary>
    public ArrayBufferWriter<byte> Text { get; } = new(64 << 10);

    /// <summary>Writes what comes before the first row.</summary>
    public virtual void Begin()
    {
    }

    /// <summary>Writes a row.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardCorrupt"/>: the format cannot hold the value, or the key is none of its encoding.</exception>
    public abstract void Write(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    public abstract void Dispose();
}

/// <summary>One JSON object a line.</summary>
sealed class JsonRowWriter : RowWriter
{
    readonly KeyCodec codec;
    readonly ValueEncoding? encoding;
    readonly Utf8JsonWriter json;

    public JsonRowWriter(KeyCodec codec, ValueEncoding? encoding)
    {
        (this.codec, this.encoding) = (codec, encoding);
        json = new Utf8JsonWriter(Text, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
    }

    public override void Write(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        json.Reset(Text);
        json.WriteStartObject();
        switch (codec.Decode(key))
        {
            case ulong number: json.WriteNumber("key", number); break;
            case uint number: json.WriteNumber("key", number); break;
            case string text: json.WriteString("key", text); break;
            default: json.WriteString("key", codec.Display(key)); break;
        }
        if (encoding == ValueEncoding.Utf8 && Utf8.IsValid(value)) json.WriteString("value", value);
        else if (encoding != ValueEncoding.Json || !TryWriteDocument(value)) json.WriteBase64String("value_base64", value);
        json.WriteEndObject();
        json.Flush();
        Text.Write("\n"u8);
    }

    public override void Dispose() => json.Dispose();

    bool TryWriteDocument(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            json.WriteNull("value");
            return true;
        }
        try
        {
            var reader = new Utf8JsonReader(value);
            using var document = JsonDocument.ParseValue(ref reader);
            if (reader.BytesConsumed != value.Length && value[(int)reader.BytesConsumed..].ContainsAnyExcept(" \t\r\n"u8)) return false;
            json.WritePropertyName("value");
            document.WriteTo(json);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

/// <summary>Comma-separated values with a header line.</summary>
sealed class CsvRowWriter(KeyCodec codec, ValueEncoding? encoding) : RowWriter
{
    static readonly SearchValues<byte> Special = SearchValues.Create(",\"\r\n"u8);

    readonly bool isText = encoding is ValueEncoding.Utf8 or ValueEncoding.Json;

    public override void Begin() => Text.Write(isText ? "key,value\n"u8 : "key,value_base64\n"u8);

    public override void Write(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        WriteField(Encoding.UTF8.GetBytes(codec.Display(key)));
        Text.Write(","u8);
        if (!isText)
        {
            var free = Text.GetSpan(Base64.GetMaxEncodedToUtf8Length(value.Length));
            Base64.EncodeToUtf8(value, free, out _, out var written);
            Text.Advance(written);
        }
        else if (Utf8.IsValid(value)) WriteField(value);
        else
        {
            throw new ShardyFusionException(ErrorKind.ShardCorrupt, $"The value of key {codec.Display(key)} is no UTF-8, although the snapshot's values are text.")
            {
                Target = codec.Display(key),
                RecommendedAction = "Export as JSON Lines, which can hold it.",
            };
        }
        Text.Write("\n"u8);
    }

    public override void Dispose()
    {
    }

    void WriteField(ReadOnlySpan<byte> field)
    {
        // A space at either end is data, which some readers drop unless it is quoted.
        if (!field.ContainsAny(Special) && (field.IsEmpty || (field[0] != ' ' && field[^1] != ' ')))
        {
            Text.Write(field);
            return;
        }
        Text.Write("\""u8);
        for (int quote; (quote = field.IndexOf((byte)'"')) >= 0; field = field[(quote + 1)..])
        {
            Text.Write(field[..quote]);
            Text.Write("\"\""u8);
        }
        Text.Write(field);
        Text.Write("\""u8);
    }
}
