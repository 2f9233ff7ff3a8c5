using System.Globalization;
using System.Net;
using Amazon.S3.Model;
using ShardyFusion.Errors;

namespace ShardyFusion.Stores.S3;

/// <summary>Which part of an object an answer holds.</summary>
readonly record struct S3ContentRange(long Start, long Length, long TotalBytes)
{
    /// <summary>From <c>Content-Range: bytes first-last/total</c>; an answer without it holds the whole object.</summary>
    public static S3ContentRange Of(GetObjectResponse response, string resource)
    {
        if (response.HttpStatusCode == HttpStatusCode.OK || string.IsNullOrEmpty(response.ContentRange))
            return new S3ContentRange(0, response.ContentLength, response.ContentLength);
        var text = response.ContentRange.AsSpan();
        const string Unit = "bytes ";
        int dash = text.IndexOf('-'), slash = text.IndexOf('/');
        if (text.StartsWith(Unit, StringComparison.Ordinal) && dash > 0 && slash > dash
            && TryParse(text[Unit.Length..dash], out var first) && TryParse(text[(dash + 1)..slash], out var last)
            && TryParse(text[(slash + 1)..], out var total)
            && first <= last && last < total && last - first + 1 == response.ContentLength)
            return new S3ContentRange(first, last - first + 1, total);
        throw Ignored(resource);
    }

    static bool TryParse(ReadOnlySpan<char> text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    /// <summary>The answer is not the part that was asked for.</summary>
    public static ShardyFusionException Ignored(string resource) =>
        new(ErrorKind.StoreUnsafe, $"The store answered a ranged read of {resource} with another range.")
        { Target = resource, RecommendedAction = "Use a store that honours ranged reads, or download whole shards." };
}
