using System.Security.Cryptography;

namespace ShardyFusion.Stores.S3;

/// <summary>What an ETag says about content: for an object written by one request it is usually the MD5 of its bytes.</summary>
static class S3ETag
{
    /// <summary>False when the ETag is an MD5 and not of this content. An ETag of any other form says nothing.</summary>
    public static bool Fits(string etag, ReadOnlySpan<byte> content)
    {
        Span<byte> stated = stackalloc byte[MD5.HashSizeInBytes];
        Span<byte> actual = stackalloc byte[MD5.HashSizeInBytes];
        var digits = etag.AsSpan().Trim('"');
        if (digits.Length != 2 * MD5.HashSizeInBytes
            || Convert.FromHexString(digits, stated, out _, out _) != System.Buffers.OperationStatus.Done) return true;
        HashOf(content, actual);
        return stated.SequenceEqual(actual);
    }

    /// <summary>True when the ETag is about encrypted bytes, which nobody here sees.</summary>
    public static bool IsOfCipher(string? method, string? customerMethod) => !string.IsNullOrEmpty(customerMethod)
        || method?.StartsWith("aws:kms", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>The MD5 that S3 wants or states.</summary>
    public static void HashOf(ReadOnlySpan<byte> content, Span<byte> hash)
    {
#pragma warning disable CA5351 // The store chose it; it guards against accidents here, not against people.
        MD5.HashData(content, hash);
#pragma warning restore CA5351
    }
}
