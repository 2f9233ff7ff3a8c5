using System.Globalization;
using System.Numerics;
using System.Text;
using ShardyFusion.Errors;

namespace ShardyFusion.Routing;

/// <summary>Why a key cannot be encoded. An enum, so that the hot paths allocate only when they fail.</summary>
enum KeyFault
{
    None,
    Null,
    Boolean,
    Empty,
    Negative,
    TooLarge,
    NotPlainDecimal,
    LeadingZero,
    Fraction,
    Inexact,
    UnpairedSurrogate,
    InvalidUtf8,
    TooLong,
    WrongType,
    WrongByteCount,
}

/// <summary>Turns a <see cref="KeyFault"/> into the sentence that a user reads.</summary>
static class KeyFaults
{
    /// <summary>Longest part of a key that a message shows, in characters.</summary>
    const int ShownCharacters = 80;

    public static ShardyFusionException Exception(KeyFault fault, KeyEncoding encoding, object? key) =>
        new(ErrorKind.ShardAssignment, Reason(fault, encoding, key)) { Target = key };

    public static ShardyFusionException LookupException(KeyFault fault, KeyEncoding encoding, object? key) =>
        new(ErrorKind.ShardAssignment, Reason(fault, encoding, key))
        {
            Target = key,
            RecommendedAction = $"Look up a {encoding.StorageName()} key: the snapshot holds no others.",
        };

    public static string Reason(KeyFault fault, KeyEncoding encoding, object? key) =>
        $"Key {Show(key)} cannot be a {encoding.StorageName()} key: {Why(fault, encoding, key)}.";

    public static string Why(KeyFault fault, KeyEncoding encoding, object? key) => fault switch
    {
        KeyFault.Null => "it is null",
        KeyFault.Boolean => "it is a Boolean, not a key",
        KeyFault.Empty => "it is empty",
        KeyFault.Negative => "it is negative",
        KeyFault.TooLarge => encoding == KeyEncoding.U32BE
            ? "it is 2^32 or more; the largest u32be key is 4294967295"
            : "it is 2^63 or more; the largest u64be key is 9223372036854775807",
        KeyFault.NotPlainDecimal =>
        "an integer key is written in plain decimal digits, without sign, spaces, separators, decimal point or prefix",
        KeyFault.LeadingZero =>
        "it has leading zeros, which integers do not keep: 007 and 7 would be one key. The key encoding utf8 keeps them apart",
        KeyFault.Fraction => "it is not an integer",
        KeyFault.Inexact => "a floating-point number of this size does not name one exact integer",
        KeyFault.UnpairedSurrogate => "it holds an unpaired surrogate, which has no UTF-8 form",
        KeyFault.InvalidUtf8 => "its bytes are not valid UTF-8",
        KeyFault.TooLong => "it is longer than 65,535 bytes",
        KeyFault.WrongByteCount => $"a key given as bytes must have {(encoding == KeyEncoding.U32BE ? 4 : 8)} bytes, big-endian",
        _ => $"a {key?.GetType().Name ?? "null"} is not accepted, only {Accepted(encoding)}{Conversion(encoding, key)}",
    };

    static string Accepted(KeyEncoding encoding) => encoding switch
    {
        KeyEncoding.U64BE or KeyEncoding.U32BE => "integers and text of decimal digits",
        KeyEncoding.Utf8 =>
        "text, integers, UTF-8 bytes, and what has one text (Guid, IPAddress, Uri, Version, dates, times, enumerations)",
        _ => "bytes and text",
    };

    static string Conversion(KeyEncoding encoding, object? key) =>
        KeyText.Of(key) is { } text && encoding is not KeyEncoding.Utf8 ? $". Pass its text ('{text}') and use the key encoding utf8"
        : encoding == KeyEncoding.Utf8 ? ". Convert it to text in the form that you will look it up by" : "";

    /// <summary>The key as it appears in messages: quoted, cut, control characters and lone surrogates escaped.</summary>
    public static string Show(object? key) => key switch
    {
        null => "(null)",
        string text => Quote(text),
        char character => Quote(character.ToString()),
        byte[] bytes => ShowBytes(bytes),
        Memory<byte> memory => ShowBytes(memory.Span),
        ReadOnlyMemory<byte> memory => ShowBytes(memory.Span),
        ArraySegment<byte> segment => ShowBytes(segment),
        BigInteger big => Cut(big.GetBitLength() > 4096 ? "of " + big.GetBitLength().ToString(CultureInfo.InvariantCulture) + " bits"
            : big.ToString(CultureInfo.InvariantCulture)),
        IFormattable formattable => Cut(formattable.ToString(null, CultureInfo.InvariantCulture)),
        _ => Quote(key.ToString() ?? ""),
    };

    public static string ShowBytes(ReadOnlySpan<byte> bytes)
    {
        const int shownBytes = (ShownCharacters - 2) / 2;
        return bytes.Length <= shownBytes
            ? "0x" + Convert.ToHexStringLower(bytes)
            : "0x" + Convert.ToHexStringLower(bytes[..shownBytes]) + "…";
    }

    static string Cut(string text) => text.Length <= ShownCharacters ? text : text[..ShownCharacters] + "…";

    public static string Quote(ReadOnlySpan<char> text)
    {
        var shown = new StringBuilder(Math.Min(text.Length, ShownCharacters) + 3).Append('\'');
        var rest = text;
        var count = 0;
        while (!rest.IsEmpty && count < ShownCharacters)
        {
            var valid = Rune.DecodeFromUtf16(rest, out var rune, out var consumed) == System.Buffers.OperationStatus.Done;
            if (valid && !Rune.IsControl(rune) && rune.Value is not (0x2028 or 0x2029))
                shown.Append(rest[..consumed]);
            else
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)rest[0]:x4}");
            rest = rest[consumed..];
            count += consumed;
        }
        return shown.Append(rest.IsEmpty ? "'" : "…'").ToString();
    }
}
