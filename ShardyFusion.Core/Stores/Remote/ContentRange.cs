using System.Globalization;
using ShardyFusion.Errors;

namespace ShardyFusion.Stores.Remote;

/// <summary>Which part of an object an answer holds.</summary>
readonly record struct ContentRange(long Start, long Length, long TotalBytes)
{
    /// <summary>From <c>Content-Range: bytes first-last/total</c>; an answer without it holds the whole object.</summary>
    /// <param name="header">The header; null or empty when there is none.</param>
    /// <param name="lengthBytes">Length of the body.</param>
    /// <param name="resource">What was asked for, for messages.</param>
    public static ContentRange Of(string? header, long lengthBytes, string resource)
    {
        if (string.IsNullOrEmpty(header))
            return new ContentRange(0, lengthBytes, lengthBytes);
        var text = header.AsSpan();
        const string Unit = "bytes ";
        int dash = text.IndexOf('-'), slash = text.IndexOf('/');
        if (text.StartsWith(Unit, StringComparison.Ordinal) && dash > 0 && slash > dash
            && TryParse(text[Unit.Length..dash], out var first) && TryParse(text[(dash + 1)..slash], out var last)
            && TryParse(text[(slash + 1)..], out var total)
            // Nothing is left at the end: Azurite says so in place of a 416.
            && first <= last + 1 && last < total && last - first + 1 == lengthBytes)
            return new ContentRange(first, last - first + 1, total);
        throw Ignored(resource);
    }

    static bool TryParse(ReadOnlySpan<char> text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    /// <summary>This part, when it is what <paramref name="destination"/> was to be filled with.</summary>
    public ContentRange Require(long offset, Memory<byte> destination, string resource) =>
        Start == offset && Length <= destination.Length ? this : throw Ignored(resource);

    /// <summary>This part, when it is the end of the object and no longer than asked.</summary>
    public ContentRange RequireTail(int length, string resource) =>
        Start + Length == TotalBytes && Length <= length ? this : throw Ignored(resource);

    /// <summary>The answer is not the part that was asked for.</summary>
    static ShardyFusionException Ignored(string resource) =>
        new(ErrorKind.StoreUnsafe, $"The store answered a ranged read of {resource} with another range.")
        { Target = resource, RecommendedAction = "Use a store that honours ranged reads, or download whole shards." };
}
