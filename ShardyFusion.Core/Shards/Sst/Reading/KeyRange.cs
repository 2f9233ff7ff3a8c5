namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>A range of stored keys.</summary>
/// <param name="From">The first key; empty for no lower bound.</param>
/// <param name="End">The key behind the last one; null for no upper bound.</param>
readonly record struct KeyRange(ReadOnlyMemory<byte> From, ReadOnlyMemory<byte>? End)
{
    /// <summary>Every key.</summary>
    public static KeyRange All => default;

    /// <summary>True when every key lies in it.</summary>
    public bool IsAll => From.IsEmpty && End is null;

    /// <summary>Every key that starts with some bytes.</summary>
    public static KeyRange OfPrefix(ReadOnlySpan<byte> prefix)
    {
        // The next prefix of the same length or shorter: 0xff has no successor, so the byte before it is raised.
        var length = prefix.TrimEnd((byte)0xff).Length;
        if (length == 0) return new KeyRange(prefix.ToArray(), null);
        var end = prefix[..length].ToArray();
        end[^1]++;
        return new KeyRange(prefix.ToArray(), end);
    }

    /// <summary>From the first key to the last one, both included.</summary>
    /// <param name="first">Null for no lower bound.</param>
    /// <param name="last">Null for no upper bound.</param>
    public static KeyRange Between(byte[]? first, byte[]? last) =>
        // Between a key and itself with a zero byte behind it lies no other key.
        new(first, last is null ? null : (ReadOnlyMemory<byte>?)(byte[])[.. last, 0]);

    /// <summary>True when the key lies in the range.</summary>
    public bool Contains(ReadOnlySpan<byte> key) => key.SequenceCompareTo(From.Span) >= 0
        && (End is not { } end || key.SequenceCompareTo(end.Span) < 0);
}
