using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Routing;

namespace ShardyFusion.Maintenance;

/// <summary>Writes rows to a file. For one thread.</summary>
abstract class RowWriter : IDisposable
{
    /// <param name="format">Not <see cref="ExportFormat.Auto"/>.</param>
    /// <param name="codec">How keys are stored.</param>
    /// <param name="encoding">How values are encoded; null when the manifest does not say.</param>
    /// <param name="guardFormulas">See <see cref="ExportOptions.GuardFormulas"/>; CSV only.</param>
    public static RowWriter Create(ExportFormat format, KeyCodec codec, ValueEncoding? encoding, bool guardFormulas) => format switch
    {
        ExportFormat.Csv => new CsvRowWriter(codec, encoding, delimiter: (byte)',', hasQuotes: true, guardFormulas),
        ExportFormat.Tsv => new CsvRowWriter(codec, encoding, delimiter: (byte)'\t', hasQuotes: false, guardFormulas: false),
        ExportFormat.Parquet => OptionalWriters.Parquet.Create(codec, encoding),
        _ => new JsonRowWriter(codec, encoding),
    };

    /// <summary>What was written and not taken away yet.</summary>
    public ArrayBufferWriter<byte> Text { get; } = new(64 << 10);

    /// <summary>Writes what comes before the first row.</summary>
    public virtual void Begin()
    {
    }

    /// <summary>Writes a row.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the format cannot hold the row;
    /// <see cref="ErrorKind.ShardCorrupt"/>: the key is none of its encoding.</exception>
    public abstract void Write(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <summary>Writes what comes after the last row.</summary>
    public virtual void End()
    {
    }

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
        json = new Utf8JsonWriter(Text, new JsonWriterOptions
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            SkipValidation = true
        });
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

/// <summary>Separated values with a header line. What would not be read back as it is, is quoted, or refused where there are no
/// quotes.</summary>
sealed class CsvRowWriter(KeyCodec codec, ValueEncoding? encoding, byte delimiter, bool hasQuotes, bool guardFormulas) : RowWriter
{
    readonly SearchValues<byte> special = SearchValues.Create([delimiter, (byte)'"', (byte)'\r', (byte)'\n', 0]);

    /// <summary>With these a cell begins that a spreadsheet works out instead of showing it.</summary>
    static readonly SearchValues<byte> FormulaStarts = SearchValues.Create("=+-@\t\r"u8);

    readonly bool isText = encoding is ValueEncoding.Utf8 or ValueEncoding.Json;

    public override void Begin()
    {
        Text.Write("key"u8);
        Text.Write([delimiter]);
        Text.Write(isText ? "value\n"u8 : "value_base64\n"u8);
    }

    public override void Write(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var shown = Encoding.UTF8.GetBytes(codec.Display(key));
        // A reader takes such a first field for the header or for the start of a joined file.
        var isOdd = shown.AsSpan().SequenceEqual("key"u8) || shown is [0xef, 0xbb, 0xbf, ..];
        if (isOdd && !hasQuotes) throw Unfit(key, "its key would be taken for the header or a byte order mark");
        WriteField(key, shown, isOdd);
        Text.Write([delimiter]);
        if (!isText)
        {
            var free = Text.GetSpan(Base64.GetMaxEncodedToUtf8Length(value.Length));
            Base64.EncodeToUtf8(value, free, out _, out var written);
            Text.Advance(written);
        }
        else if (Utf8.IsValid(value)) WriteField(key, value, false);
        else throw Unfit(key, "its value is no UTF-8, although the snapshot's values are text");
        Text.Write("\n"u8);
    }

    public override void Dispose()
    {
    }

    bool IsFormula(ReadOnlySpan<byte> field) => guardFormulas && !field.IsEmpty && FormulaStarts.Contains(field[0]);

    void WriteField(ReadOnlySpan<byte> key, ReadOnlySpan<byte> field, bool mustQuote)
    {
        var isSpecial = field.ContainsAny(special);
        if (isSpecial && field.Contains((byte)0)) throw Unfit(key, "it has a NUL character, which no reader of such files takes");
        if (!hasQuotes)
        {
            if (isSpecial && field.ContainsAny(delimiter, (byte)'\r', (byte)'\n'))
                throw Unfit(key, "it has a tab or a line end, which a file without quotes cannot hold");
            Text.Write(field);
            return;
        }
        // A space at either end is data, which some readers drop unless it is quoted.
        if (!isSpecial && !mustQuote && (field.IsEmpty || (field[0] != ' ' && field[^1] != ' ')))
        {
            if (IsFormula(field)) Text.Write("'"u8);
            Text.Write(field);
            return;
        }
        Text.Write("\""u8);
        if (IsFormula(field)) Text.Write("'"u8);
        for (int quote; (quote = field.IndexOf((byte)'"')) >= 0; field = field[(quote + 1)..])
        {
            Text.Write(field[..quote]);
            Text.Write("\"\""u8);
        }
        Text.Write(field);
        Text.Write("\""u8);
    }

    ShardyFusionException Unfit(ReadOnlySpan<byte> key, string why) =>
        new(ErrorKind.ConfigValidation,
        $"The row of key {KeyFaults.Show(codec.Display(key))} cannot be written as {(hasQuotes ? "CSV" : "TSV")}: {why}.")
        {
            Target = codec.Display(key),
            RecommendedAction = hasQuotes ? "Export as JSON Lines, which can hold it." : "Export as CSV or JSON Lines, which can hold it.",
        };
}
