using System.Text;
using System.Text.Json;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Values;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>The form in which values are returned.</summary>
public enum ValueForm
{
    /// <summary>As they were written, by the snapshot's value encoding; bytes when the manifest does not say.</summary>
    Auto,
    /// <summary>The stored bytes.</summary>
    Bytes,
    /// <summary>Text, from UTF-8.</summary>
    Text,
    /// <summary>An object, from JSON.</summary>
    Json,
}

/// <summary>Turns stored bytes into what PowerShell users work with.</summary>
static class ValueDecoding
{
    /// <summary>Throws on bytes that are no UTF-8, instead of replacing them without a word.</summary>
    static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes a value.</summary>
    /// <param name="stored">The stored bytes.</param>
    /// <param name="encoding">The snapshot's value encoding; null when its manifest does not say.</param>
    /// <param name="form">What is asked for.</param>
    /// <exception cref="ArgumentException">Text was asked for, and the bytes are no UTF-8.</exception>
    /// <exception cref="JsonException">The bytes are no JSON document.</exception>
    /// <exception cref="ValueNotHeldException">PowerShell has nothing that holds it without loss.</exception>
    public static object? Decode(byte[] stored, ValueEncoding? encoding, ValueForm form) => form switch
    {
        ValueForm.Bytes => stored,
        ValueForm.Text => StrictUtf8.GetString(stored),
        ValueForm.Json => JsonObjects.Parse(stored),
        _ => ValueDecoder.Decode(stored, encoding) is var written && written is string && encoding == ValueEncoding.Json
        ? JsonObjects.Parse(stored) : written,
    };
}
