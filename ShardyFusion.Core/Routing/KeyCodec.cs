using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text.Unicode;
using ShardyFusion.Errors;

namespace ShardyFusion.Routing;

/// <summary>Turns keys into the bytes that a shard stores, and back, for one <see cref="KeyEncoding"/>.</summary>
/// <remarks>
/// Stored bytes also determine the routing bytes (<see cref="ShardRouter.RouteStored(ReadOnlySpan{byte})"/>). Immutable; safe for
/// concurrent callers. Errors are <see cref="ErrorKind.ShardAssignment"/> and name the key (its first 80 characters) and the reason.
/// </remarks>
sealed partial class KeyCodec
{
    /// <summary>Longest stored key, in bytes. A destination of this size is always large enough.</summary>
    public const int MaxKeyBytes = 65_535;

    static readonly KeyCodec[] codecs =
        [new(KeyEncoding.U64BE, 8), new(KeyEncoding.U32BE, 4), new(KeyEncoding.Utf8, 0), new(KeyEncoding.Raw, 0)];

    // Integer keys stay below this; 2^63 and more have no signed 8-byte routing form.
    readonly ulong integerLimit;

    KeyCodec(KeyEncoding encoding, int fixedKeyBytes)
    {
        Encoding = encoding;
        FixedKeyBytes = fixedKeyBytes;
        integerLimit = encoding == KeyEncoding.U32BE ? 1UL << 32 : 1UL << 63;
    }

    /// <summary>The encoding it works for.</summary>
    public KeyEncoding Encoding { get; }

    /// <summary>Length of every stored key in bytes: 8 or 4; 0 when lengths vary.</summary>
    public int FixedKeyBytes { get; }

    /// <summary>The codec of an encoding; one shared instance each.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of the four.</exception>
    public static KeyCodec For(KeyEncoding encoding) => (uint)encoding < (uint)codecs.Length
        ? codecs[(int)encoding]
        : throw new ArgumentOutOfRangeException(nameof(encoding), encoding, "Not a key encoding.");

    /// <summary>The encoding for a snapshot whose first key is <paramref name="key"/>.</summary>
    /// <param name="key">An integer of any .NET type (or an integral decimal or floating-point number): <see cref="KeyEncoding.U64BE"/>;
    /// string, char, or what has one text (Guid, IPAddress, Uri, Version, dates, times, enumerations): <see cref="KeyEncoding.Utf8"/>;
    /// bytes: <see cref="KeyEncoding.Raw"/>.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardAssignment"/>: null, Boolean, a fraction or another
    /// type.</exception>
    public static KeyEncoding Infer(object? key)
    {
        switch (key)
        {
            case string or char:
                return KeyEncoding.Utf8;
            case not null when KeyText.Of(key) is not null:
                return KeyEncoding.Utf8;
            case byte[] or Memory<byte> or ReadOnlyMemory<byte> or ArraySegment<byte>:
                return KeyEncoding.Raw;
        }
        var fault = KeyIntegers.Read(key, out _);
        if (fault is KeyFault.None or KeyFault.Negative or KeyFault.TooLarge)
            return KeyEncoding.U64BE;
        var why = fault == KeyFault.WrongType
            ? $"no key encoding fits a {key!.GetType().Name}; pass integers, text or bytes"
            : KeyFaults.Why(fault, KeyEncoding.U64BE, key);
        throw new ShardyFusionException(ErrorKind.ShardAssignment, $"Key {KeyFaults.Show(key)} cannot be stored: {why}.") { Target = key };
    }

    /// <summary>Encodes a key of a row.</summary>
    /// <param name="key">For integer encodings: an integer of any .NET type (also integral decimals and floating-point numbers), or text of
    /// decimal digits without leading zeros. For <c>utf8</c>: string, char, integer (its decimal text), UTF-8 bytes, or what has one text.
    /// For <c>raw</c>: bytes, or text (its UTF-8).</param>
    /// <param name="destination">Receives the stored bytes; <see cref="MaxKeyBytes"/> is always enough.</param>
    /// <returns>Bytes written, 1..65,535.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardAssignment"/>: the key does not fit the encoding.</exception>
    public int Encode(object? key, Span<byte> destination)
    {
        var fault = TryEncode(key, destination, out var bytesWritten);
        return fault == KeyFault.None ? bytesWritten : throw KeyFaults.Exception(fault, Encoding, key);
    }

    /// <summary>Encodes a key of a row at the end of <paramref name="destination"/>; else as
    /// <see cref="Encode(object?, Span{byte})"/>.</summary>
    /// <returns>Bytes appended.</returns>
    public int Encode(object? key, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var bytesWritten = Encode(key, destination.GetSpan(UpperBound(key)));
        destination.Advance(bytesWritten);
        return bytesWritten;
    }

    /// <summary>Encodes a key of a row into a new array; else as <see cref="Encode(object?, Span{byte})"/>.</summary>
    public byte[] Encode(object? key) => Materialize(key, lookup: false);

    /// <summary>Encodes an integer; under <c>utf8</c> its decimal text. Allocates nothing.</summary>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardAssignment"/>: out of range, or the encoding is
    /// <c>raw</c>.</exception>
    public int EncodeU64(ulong key, Span<byte> destination)
    {
        var fault = TryEncodeU64(key, destination, out var bytesWritten);
        return fault == KeyFault.None ? bytesWritten : throw KeyFaults.Exception(fault, Encoding, key);
    }

    /// <summary>Encodes text: its UTF-8, or the integer it spells in decimal digits under an integer encoding. Allocates nothing.</summary>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardAssignment"/>: the text does not fit the encoding.</exception>
    public int EncodeText(ReadOnlySpan<char> key, Span<byte> destination)
    {
        var fault = TryEncodeText(key, destination, out var bytesWritten);
        return fault == KeyFault.None ? bytesWritten : throw KeyFaults.Exception(fault, Encoding, key.ToString());
    }

    /// <summary>Encodes text given as UTF-8, as a file reader has it; else as <see cref="EncodeText"/>. Allocates nothing.</summary>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardAssignment"/>: the text does not fit the encoding.</exception>
    public int EncodeUtf8(ReadOnlySpan<byte> key, Span<byte> destination)
    {
        var fault = TryEncodeUtf8(key, destination, out var bytesWritten);
        return fault == KeyFault.None ? bytesWritten : throw KeyFaults.Exception(fault, Encoding, System.Text.Encoding.UTF8.GetString(key));
    }

    /// <summary>Converts a key that someone asks for to the snapshot's key type and encodes it.</summary>
    /// <param name="key">As for <see cref="Encode(object?, Span{byte})"/>; an integer encoding also takes 8 (u64be) or 4 (u32be) bytes, the
    /// stored form.</param>
    /// <param name="destination">Receives the stored bytes; <see cref="MaxKeyBytes"/> is always enough.</param>
    /// <param name="bytesWritten">Bytes written; 0 on failure.</param>
    /// <param name="reason">Why no key of this snapshot can equal it, as a sentence; null on success.</param>
    /// <returns>False when the key cannot be converted; that is an error, not a miss.</returns>
    public bool TryConvertLookup(object? key, Span<byte> destination, out int bytesWritten, out string? reason)
    {
        var fault = TryEncodeLookup(key, destination, out bytesWritten);
        reason = fault == KeyFault.None ? null : KeyFaults.Reason(fault, Encoding, key);
        return fault == KeyFault.None;
    }

    /// <summary>As <see cref="TryConvertLookup"/>, throwing.</summary>
    /// <returns>Bytes written, 1..65,535.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardAssignment"/>: no key of this snapshot can equal it.</exception>
    public int ConvertLookup(object? key, Span<byte> destination)
    {
        var fault = TryEncodeLookup(key, destination, out var bytesWritten);
        return fault == KeyFault.None ? bytesWritten : throw KeyFaults.LookupException(fault, Encoding, key);
    }

    /// <summary>As <see cref="ConvertLookup(object?, Span{byte})"/>, into a new array.</summary>
    public byte[] ConvertLookup(object? key) => Materialize(key, lookup: true);

    /// <summary>The .NET value of a stored key: <see cref="ulong"/>, <see cref="uint"/>, <see cref="string"/> or
    /// <see cref="byte"/>[].</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardCorrupt"/>: the bytes are no key of this encoding.</exception>
    public object Decode(ReadOnlySpan<byte> storedKey)
    {
        if (!IsStoredForm(storedKey))
            throw new ShardyFusionException(ErrorKind.ShardCorrupt,
                $"The stored key {KeyFaults.ShowBytes(storedKey)} is not a {Encoding.StorageName()} key.");
        return Encoding switch
        {
            KeyEncoding.U64BE => BinaryPrimitives.ReadUInt64BigEndian(storedKey),
            KeyEncoding.U32BE => BinaryPrimitives.ReadUInt32BigEndian(storedKey),
            KeyEncoding.Utf8 => System.Text.Encoding.UTF8.GetString(storedKey),
            _ => storedKey.ToArray(),
        };
    }

    /// <summary>A stored key as text: decimal digits, the text itself, or <c>0x</c> and lower-case hex. Never throws; what is no key of
    /// this encoding shows as hex.</summary>
    public string Display(ReadOnlySpan<byte> storedKey)
    {
        if (!IsStoredForm(storedKey) || Encoding == KeyEncoding.Raw)
            return "0x" + Convert.ToHexStringLower(storedKey);
        return Encoding switch
        {
            KeyEncoding.U64BE => BinaryPrimitives.ReadUInt64BigEndian(storedKey).ToString(CultureInfo.InvariantCulture),
            KeyEncoding.U32BE => BinaryPrimitives.ReadUInt32BigEndian(storedKey).ToString(CultureInfo.InvariantCulture),
            _ => System.Text.Encoding.UTF8.GetString(storedKey),
        };
    }

    /// <summary>True for bytes that this encoding could have made; whether they can be routed is for the router to say.</summary>
    internal bool IsStoredForm(ReadOnlySpan<byte> storedKey) =>
        FixedKeyBytes != 0 ? storedKey.Length == FixedKeyBytes : Encoding == KeyEncoding.Raw || Utf8.IsValid(storedKey);

    byte[] Materialize(object? key, bool lookup)
    {
        var scratch = ArrayPool<byte>.Shared.Rent(UpperBound(key));
        try
        {
            var length = lookup ? ConvertLookup(key, scratch) : Encode(key, scratch.AsSpan());
            return scratch.AsSpan(0, length).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    /// <summary>A destination size that is enough for this key if it is valid at all.</summary>
    int UpperBound(object? key) => FixedKeyBytes != 0 ? FixedKeyBytes : key switch
    {
        // 3 bytes per UTF-16 unit is the most that UTF-8 needs.
        string text => (int)Math.Clamp(3L * text.Length, 1, MaxKeyBytes),
        byte[] bytes => Math.Clamp(bytes.Length, 1, MaxKeyBytes),
        _ => MaxKeyBytes,
    };
}
