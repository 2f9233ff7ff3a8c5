namespace ShardyFusion.Polyfills;

/// <summary>The bytes of a text of an expression. On newer runtimes it is a span, which cannot be the argument of a generic type
/// here.</summary>
readonly struct CelText(byte[]? array, int start, int length)
{
    public int Length => length;

    ReadOnlySpan<byte> Span => new(array, start, length);

    public static implicit operator ReadOnlySpan<byte>(CelText text) => text.Span;

    public static implicit operator CelText(byte[] array) => new(array, 0, array.Length);

    /// <summary>Copies the bytes: they may lie where they do not stay.</summary>
    public static implicit operator CelText(ReadOnlySpan<byte> span) => span.ToArray();

    public bool SequenceEqual(ReadOnlySpan<byte> other) => Span.SequenceEqual(other);

    public int SequenceCompareTo(ReadOnlySpan<byte> other) => Span.SequenceCompareTo(other);

    public bool StartsWith(ReadOnlySpan<byte> start) => Span.StartsWith(start);

    public bool EndsWith(ReadOnlySpan<byte> end) => Span.EndsWith(end);

    public bool ContainsAnyExceptInRange(byte low, byte high) => Span.ContainsAnyExceptInRange(low, high);

    public int IndexOf(ReadOnlySpan<byte> part) => Span.IndexOf(part);

    public ReadOnlySpan<byte>.Enumerator GetEnumerator() => Span.GetEnumerator();
}
