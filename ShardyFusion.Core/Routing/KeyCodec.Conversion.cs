using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace ShardyFusion.Routing;

sealed partial class KeyCodec
{
    internal KeyFault TryEncode(object? key, Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = 0;
        switch (key)
        {
            case string text: return TryEncodeText(text, destination, out bytesWritten);
            case char character: return TryEncodeText([character], destination, out bytesWritten);
            // The common integers, without the detour over BigInteger, which allocates above 2^31.
            case int and >= 0: return TryEncodeU64((ulong)(int)key, destination, out bytesWritten);
            case long and >= 0: return TryEncodeU64((ulong)(long)key, destination, out bytesWritten);
            case uint integer32: return TryEncodeU64(integer32, destination, out bytesWritten);
            case ulong integer64: return TryEncodeU64(integer64, destination, out bytesWritten);
            case byte[] bytes: return TryEncodeBytes(bytes, destination, out bytesWritten);
            case Memory<byte> memory: return TryEncodeBytes(memory.Span, destination, out bytesWritten);
            case ReadOnlyMemory<byte> memory: return TryEncodeBytes(memory.Span, destination, out bytesWritten);
            case ArraySegment<byte> segment: return TryEncodeBytes(segment, destination, out bytesWritten);
            case BigInteger big when Encoding == KeyEncoding.Utf8: return TryEncodeDecimal(big, destination, out bytesWritten);
        }
        // 1.0 has more than one text, so only true integers become utf8 keys.
        if (Encoding == KeyEncoding.Utf8 && key is decimal or double or float or Half)
            return KeyFault.WrongType;
        var fault = KeyIntegers.Read(key, out var integer);
        if (fault == KeyFault.WrongType && Encoding == KeyEncoding.Utf8 && KeyText.Of(key) is { } shown)
            return TryEncodeText(shown, destination, out bytesWritten);
        if (fault == KeyFault.Negative && Encoding == KeyEncoding.Utf8)
            return TryEncodeDecimal(integer, destination, out bytesWritten);
        if (fault != KeyFault.None)
            return Encoding == KeyEncoding.Raw && fault is not (KeyFault.Null or KeyFault.Boolean) ? KeyFault.WrongType : fault;
        return integer > ulong.MaxValue
            ? Encoding switch
            {
                KeyEncoding.Utf8 => TryEncodeDecimal(integer, destination, out bytesWritten),
                KeyEncoding.Raw => KeyFault.WrongType,
                _ => KeyFault.TooLarge,
            }
            : TryEncodeU64((ulong)integer, destination, out bytesWritten);
    }

    internal KeyFault TryEncodeLookup(object? key, Span<byte> destination, out int bytesWritten)
    {
        if (FixedKeyBytes != 0 && AsBytes(key, out var preEncoded))
            return TryEncodeStored(preEncoded, destination, out bytesWritten);
        return TryEncode(key, destination, out bytesWritten);
    }

    /// <summary>Takes a key as it is stored: for integers, their big-endian bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal KeyFault TryEncodeStored(ReadOnlySpan<byte> key, Span<byte> destination, out int bytesWritten)
    {
        if (FixedKeyBytes == 0) return TryEncodeBytes(key, destination, out bytesWritten);
        bytesWritten = 0;
        if (key.Length != FixedKeyBytes)
            return key.IsEmpty ? KeyFault.Empty : KeyFault.WrongByteCount;
        var integer = FixedKeyBytes == 8 ? BinaryPrimitives.ReadUInt64BigEndian(key) : BinaryPrimitives.ReadUInt32BigEndian(key);
        return TryEncodeU64(integer, destination, out bytesWritten);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal KeyFault TryEncodeU64(ulong key, Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = FixedKeyBytes;
        switch (Encoding)
        {
            case KeyEncoding.U64BE:
                if (key >= integerLimit) break;
                BinaryPrimitives.WriteUInt64BigEndian(destination, key);
                return KeyFault.None;
            case KeyEncoding.U32BE:
                if (key >= integerLimit) break;
                BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)key);
                return KeyFault.None;
            case KeyEncoding.Utf8:
                if (!Utf8Formatter.TryFormat(key, destination, out bytesWritten))
                    throw DestinationTooSmall();
                return KeyFault.None;
            default:
                return KeyFault.WrongType;
        }
        bytesWritten = 0;
        return KeyFault.TooLarge;
    }

    internal KeyFault TryEncodeText(ReadOnlySpan<char> key, Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = 0;
        if (key.IsEmpty)
            return KeyFault.Empty;
        if (FixedKeyBytes != 0)
        {
            var fault = KeyIntegers.Parse(key, out var integer);
            return fault == KeyFault.None ? TryEncodeU64(integer, destination, out bytesWritten) : fault;
        }
        var limited = destination.Length > MaxKeyBytes ? destination[..MaxKeyBytes] : destination;
        var status = Utf8.FromUtf16(key, limited, out _, out bytesWritten, replaceInvalidSequences: false);
        if (status == OperationStatus.Done)
            return KeyFault.None;
        bytesWritten = 0;
        if (status != OperationStatus.DestinationTooSmall)
            return KeyFault.UnpairedSurrogate;
        return limited.Length == MaxKeyBytes || System.Text.Encoding.UTF8.GetByteCount(key) > MaxKeyBytes
            ? KeyFault.TooLong : throw DestinationTooSmall();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal KeyFault TryEncodeUtf8(ReadOnlySpan<byte> key, Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = 0;
        if (key.IsEmpty)
            return KeyFault.Empty;
        if (FixedKeyBytes == 0)
            return TryEncodeBytes(key, destination, out bytesWritten);
        var fault = KeyIntegers.Parse(key, out var integer);
        return fault == KeyFault.None ? TryEncodeU64(integer, destination, out bytesWritten) : fault;
    }

    internal KeyFault TryEncodeBytes(ReadOnlySpan<byte> key, Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = 0;
        if (FixedKeyBytes != 0)
            return KeyFault.WrongType;
        if (key.IsEmpty)
            return KeyFault.Empty;
        if (key.Length > MaxKeyBytes)
            return KeyFault.TooLong;
        if (Encoding == KeyEncoding.Utf8 && !Utf8.IsValid(key))
            return KeyFault.InvalidUtf8;
        if (!key.TryCopyTo(destination))
            throw DestinationTooSmall();
        bytesWritten = key.Length;
        return KeyFault.None;
    }

    static KeyFault TryEncodeDecimal(BigInteger key, Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = 0;
        // log10(2) > 0.3: a number of this many bits has more digits than a key may have bytes.
        if (key.GetBitLength() * 0.3 > MaxKeyBytes)
            return KeyFault.TooLong;
        var text = key.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return For(KeyEncoding.Utf8).TryEncodeText(text, destination, out bytesWritten);
    }

    static bool AsBytes(object? key, out ReadOnlySpan<byte> bytes)
    {
        switch (key)
        {
            case byte[] array: bytes = array; return true;
            case Memory<byte> memory: bytes = memory.Span; return true;
            case ReadOnlyMemory<byte> memory: bytes = memory.Span; return true;
            case ArraySegment<byte> segment: bytes = segment; return true;
            default: bytes = default; return false;
        }
    }

    static ArgumentException DestinationTooSmall() => new("The destination is too small for the encoded key.", "destination");
}
