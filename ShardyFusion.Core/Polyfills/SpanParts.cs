namespace ShardyFusion.Polyfills;

/// <summary>The parts of a span between separators.</summary>
ref struct SpanParts<T>(ReadOnlySpan<T> span, T separator) where T : IEquatable<T>
{
    readonly ReadOnlySpan<T> span = span;
    int next;

    /// <summary>Where a part lies in the span.</summary>
    public Range Current { get; private set; }

    public readonly SpanParts<T> GetEnumerator() => this;

    public bool MoveNext()
    {
        if (next > span.Length) return false;
        var length = span[next..].IndexOf(separator);
        var end = length < 0 ? span.Length : next + length;
        Current = next..end;
        next = end + 1;
        return true;
    }
}
