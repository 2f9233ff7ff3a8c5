using System.Text;
using System.Text.Unicode;

namespace ShardyFusion.Formats.Values;

/// <summary>Turns stored bytes back into what was written. All members are safe for concurrent callers.</summary>
public static class ValueDecoder
{
    /// <summary>Decodes a stored value.</summary>
    /// <param name="value">The stored bytes.</param>
    /// <param name="encoding">The snapshot's value encoding; null when its manifest does not say.</param>
    /// <returns>
    /// <see cref="ValueEncoding.Utf8"/>: a <see cref="string"/>; <see cref="ValueEncoding.Json"/>: the JSON text as a
    /// <see cref="string"/> (<c>null</c> for an empty value); <see cref="ValueEncoding.Raw"/> or unknown: <paramref name="value"/> itself.
    /// Bytes that are not valid UTF-8 come back as they are, whatever the encoding.
    /// </returns>
    public static object Decode(byte[] value, ValueEncoding? encoding)
    {
        ArgumentNullException.ThrowIfNull(value);
        return TryDecodeText(value, encoding, out var text) ? text : value;
    }

    /// <summary>Decodes a stored value as text where that is what was written.</summary>
    /// <param name="value">The stored bytes.</param>
    /// <param name="encoding">The snapshot's value encoding; null when its manifest does not say.</param>
    /// <param name="text">The text or JSON text; empty when false is returned.</param>
    /// <returns>False for raw values, an unknown encoding, and bytes that are not valid UTF-8.</returns>
    public static bool TryDecodeText(ReadOnlySpan<byte> value, ValueEncoding? encoding, out string text)
    {
        text = "";
        if (encoding is null or ValueEncoding.Raw || !Utf8.IsValid(value)) return false;
        text = encoding == ValueEncoding.Json && value.IsEmpty ? "null" : Encoding.UTF8.GetString(value);
        return true;
    }
}
