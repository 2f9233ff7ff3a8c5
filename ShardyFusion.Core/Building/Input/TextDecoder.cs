using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using ShardyFusion.Errors;
using ShardyFusion.Formats.Values;

namespace ShardyFusion.Building.Input;

/// <summary>Turns the text of keys or values into the bytes that it stands for. One per thread.</summary>
sealed class TextDecoder(TextForm form)
{
    readonly SortedJsonWriter json = new();
    byte[] decoded = [], unescaped = [];

    /// <summary>Decodes one text.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="bytes">Valid until the next call.</param>
    /// <returns>Why it cannot be, to follow "it "; null when it could.</returns>
    public string? Decode(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> bytes)
    {
        bytes = text;
        return form switch
        {
            TextForm.Json => DecodeJson(text, out bytes),
            TextForm.Hex => DecodeHex(text, out bytes),
            TextForm.Base64 => DecodeBase64(text, out bytes),
            _ => null,
        };
    }

    string? DecodeJson(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> bytes)
    {
        json.Clear();
        bytes = default;
        try
        {
            var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = 256 });
            reader.Read();
            JsonValue.Copy(json, ref reader, ref unescaped);
            reader.Read(); // Throws when anything but white space follows.
            bytes = json.Written;
            return null;
        }
        catch (JsonException)
        {
            return "is not one JSON document";
        }
        catch (InvalidOperationException)
        {
            return "has half of a surrogate pair in a string";
        }
        catch (ShardyFusionException e)
        {
            return $"is not fit: {e.Message.TrimEnd('.')}";
        }
    }

    string? DecodeHex(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> bytes)
    {
        if (text is [(byte)'0', (byte)'x' or (byte)'X', ..]) text = text[2..];
        Grow(text.Length / 2);
        var status = Convert.FromHexString(text, decoded, out _, out var written);
        bytes = decoded.AsSpan(0, written);
        return status == OperationStatus.Done ? null : "is not written in pairs of hexadecimal digits";
    }

    string? DecodeBase64(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> bytes)
    {
        Grow(Base64.GetMaxDecodedFromUtf8Length(text.Length));
        var status = Base64.DecodeFromUtf8(text, decoded, out _, out var written);
        bytes = decoded.AsSpan(0, written);
        return status == OperationStatus.Done ? null : "is not written as base64";
    }

    void Grow(int length)
    {
        if (decoded.Length < length) decoded = new byte[Math.Max(length, decoded.Length * 2)];
    }
}
