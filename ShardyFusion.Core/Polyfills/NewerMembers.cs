using System.Buffers;
using System.Runtime.Intrinsics;

namespace ShardyFusion.Polyfills;

/// <summary>Members that newer runtimes have themselves.</summary>
static class NewerMembers
{
    extension(Convert)
    {
        public static string ToHexStringLower(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes).ToLowerInvariant();

        public static OperationStatus FromHexString(ReadOnlySpan<byte> utf8, Span<byte> bytes, out int consumed, out int written)
        {
            Span<char> digits = new char[utf8.Length];
            for (var i = 0; i < utf8.Length; i++) digits[i] = (char)utf8[i];
            return Convert.FromHexString(digits, bytes, out consumed, out written);
        }

        public static OperationStatus FromHexString(ReadOnlySpan<char> text, Span<byte> bytes, out int consumed, out int written)
        {
            for (written = 0; written < text.Length / 2; written++)
            {
                consumed = 2 * written;
                if (written == bytes.Length) return OperationStatus.DestinationTooSmall;
                var (high, low) = (Value(text[consumed]), Value(text[consumed + 1]));
                if (high < 0 || low < 0) return OperationStatus.InvalidData;
                bytes[written] = (byte)(high << 4 | low);
            }
            consumed = 2 * written;
            return consumed == text.Length ? OperationStatus.Done : OperationStatus.NeedMoreData;
        }
    }

    extension(Vector256<int>)
    {
        public static Vector256<int> Indices => Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7);
    }

    extension(SearchValues)
    {
        public static SearchTexts Create(ReadOnlySpan<string> texts, StringComparison comparison) => new(texts.ToArray(), comparison);
    }

    public static bool ContainsAny(this ReadOnlySpan<char> text, SearchTexts texts) => texts.AreIn(text);

    public static SpanParts<T> Split<T>(this ReadOnlySpan<T> span, T separator) where T : IEquatable<T> => new(span, separator);

    public static bool Contains<T>(this Span<T> span, T value) where T : struct, Enum
    {
        foreach (var item in span)
            if (EqualityComparer<T>.Default.Equals(item, value)) return true;
        return false;
    }

    public static bool ContainsAnyExcept<T>(this Span<T> span, T value) where T : struct, Enum
    {
        foreach (var item in span)
            if (!EqualityComparer<T>.Default.Equals(item, value)) return true;
        return false;
    }

    static int Value(char digit) => char.IsAsciiHexDigit(digit) ? (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10) : -1;
}
