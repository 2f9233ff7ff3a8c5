using System.Buffers;
using System.Text.Unicode;
using ShardyFusion.Errors;

namespace ShardyFusion.Formats.Values;

/// <summary>Turns the values of one build into bytes. One per build; not thread-safe.</summary>
/// <remarks>
/// The encoding is given, or follows from the first value that is not null: bytes → raw, text → utf8, anything else → json.
/// A given encoding converts where that loses nothing; an inferred one takes only values of its own kind.
/// </remarks>
sealed class ValueEncoder(ValueEncoding? given)
{
    readonly SortedJsonWriter json = new();
    ValueEncoding? encoding = given;
    Type? inferredFrom;
    byte[] buffer = new byte[256];

    /// <summary>The encoding, <see cref="ValueEncoding.Utf8"/> as long as no value was seen.</summary>
    public ValueEncoding Encoding => encoding ?? ValueEncoding.Utf8;

    /// <summary>Fixes the encoding for an input whose values all have one natural form.</summary>
    /// <returns>The encoding to use, which differs from <paramref name="natural"/> when another one was given.</returns>
    public ValueEncoding Settle(ValueEncoding natural) => encoding ??= natural;

    /// <summary>Encodes one value.</summary>
    /// <returns>Bytes that stay valid until the next call.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: the value does not fit the encoding.</exception>
    public ReadOnlySpan<byte> Encode(object? value)
    {
        if (value is null or DBNull) return encoding == ValueEncoding.Json ? "null"u8 : throw NoNull();
        if (encoding is null)
        {
            inferredFrom = value.GetType();
            encoding = value switch
            {
                byte[] or ReadOnlyMemory<byte> or Memory<byte> => ValueEncoding.Raw,
                string => ValueEncoding.Utf8,
                _ => ValueEncoding.Json,
            };
        }
        return encoding switch
        {
            ValueEncoding.Raw => EncodeRaw(value),
            ValueEncoding.Utf8 => EncodeUtf8(value),
            _ => EncodeJson(value),
        };
    }

    ReadOnlySpan<byte> EncodeRaw(object value) => value switch
    {
        byte[] bytes => bytes,
        ReadOnlyMemory<byte> bytes => bytes.Span,
        Memory<byte> bytes => bytes.Span,
        string text when inferredFrom is null => EncodeText(text),
        _ => throw Unfit(value),
    };

    ReadOnlySpan<byte> EncodeUtf8(object value) => value switch
    {
        string text => EncodeText(text),
        byte[] bytes when inferredFrom is null && Utf8.IsValid(bytes) => bytes,
        ReadOnlyMemory<byte> bytes when inferredFrom is null && Utf8.IsValid(bytes.Span) => bytes.Span,
        not byte[] when inferredFrom is null && ExactValues.TextOf(value) is { } text => EncodeText(text),
        _ => throw Unfit(value),
    };

    ReadOnlySpan<byte> EncodeJson(object value)
    {
        if (value is byte[] or ReadOnlyMemory<byte> or Memory<byte>) throw Unfit(value);
        json.Clear();
        JsonValue.Write(json, value);
        return json.Written;
    }

    ReadOnlySpan<byte> EncodeText(string text)
    {
        if (buffer.Length < text.Length * 3L) buffer = new byte[Math.Min(Array.MaxLength, text.Length * 3L)];
        if (Utf8.FromUtf16(text, buffer, out _, out var written, replaceInvalidSequences: false) != OperationStatus.Done)
            throw new ShardyFusionException(ErrorKind.InputInvalid, "The value has half of a surrogate pair and is not valid Unicode.");
        return buffer.AsSpan(0, written);
    }

    static ShardyFusionException NoNull() =>
        new(ErrorKind.InputInvalid, "The value is null, and values that are text or bytes have no null; the value encoding json keeps it.");

    ShardyFusionException Unfit(object value)
    {
        var name = Encoding.ToString().ToLowerInvariant();
        var origin = inferredFrom is null ? $"the value encoding was set to {name}"
            : $"the first value was a {inferredFrom.Name}, so values are {name}";
        var isBytes = value is byte[] or ReadOnlyMemory<byte> or Memory<byte>;
        var couldBeJson = isBytes || ExactValues.IsLeaf(value) || ExactValues.IsList(value) || value is System.Collections.IDictionary;
        return new ShardyFusionException(ErrorKind.InputInvalid, $"The value is a {value.GetType().Name}, but {origin}.")
        {
            RecommendedAction = isBytes ? "Set the value encoding to raw and pass every value as bytes, or turn the bytes into text first."
                : couldBeJson ? "Set the value encoding to json, which takes text, numbers and objects alike."
                : ExactValues.Conversion(value),
        };
    }
}
