using System.Text.Json;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Values;

namespace ShardyFusion.Cli.Output;

/// <summary>How values are shown.</summary>
enum ValueFormat
{
    /// <summary>Base64 text.</summary>
    Base64,
    /// <summary>Hexadecimal digits.</summary>
    Hex,
    /// <summary>Text; bytes that are no UTF-8 become replacement characters.</summary>
    Utf8,
}

/// <summary>Shows stored values: as asked for, else by the snapshot's value encoding, else as base64.</summary>
/// <param name="format">What --value-encoding or the settings say; null for the snapshot's own.</param>
/// <param name="nullText">What the settings put in the place of a value that is not found; null for null.</param>
sealed class ValueText(ValueFormat? format, string? nullText = null)
{
    /// <summary>What stands for a value that is not found; null for null.</summary>
    public string? Missing => nullText;

    public string Of(byte[] value, ValueEncoding? encoding) => format switch
    {
        ValueFormat.Base64 => Convert.ToBase64String(value),
        ValueFormat.Hex => Convert.ToHexStringLower(value),
        ValueFormat.Utf8 => System.Text.Encoding.UTF8.GetString(value),
        _ => ValueDecoder.TryDecodeText(value, encoding, out var text) ? text : Convert.ToBase64String(value),
    };

    /// <summary>Writes the value as a member: text, or the JSON document itself when that is what was stored.</summary>
    public void Write(Utf8JsonWriter json, string name, byte[] value, ValueEncoding? encoding)
    {
        if (format is null && encoding == ValueEncoding.Json && TryWriteDocument(json, name, value, encoding)) return;
        json.WriteString(name, Of(value, encoding));
    }

    static bool TryWriteDocument(Utf8JsonWriter json, string name, byte[] value, ValueEncoding? encoding)
    {
        if (!ValueDecoder.TryDecodeText(value, encoding, out var text)) return false;
        try
        {
            using var document = JsonDocument.Parse(text);
            json.WritePropertyName(name);
            document.WriteTo(json);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
