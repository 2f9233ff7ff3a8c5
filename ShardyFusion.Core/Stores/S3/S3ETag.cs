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

    static void HashOf(ReadOnlySpan<byte> content, Span<byte> hash)
    {
#pragma warning disable CA5351 // The store chose it; it guards against accidents here, not against people.
        MD5.HashData(content, hash);
#pragma warning restore CA5351
    }
}

/// <summary>The doubtful answers to one read, attempt after attempt. Not for concurrent callers.</summary>
sealed class S3Doubts
{
    /// <summary>What comes alike this often was not damaged by chance on the way.</summary>
    const int Enough = 3;

    StoredObject? last;
    int alike;

    /// <summary>Hands an object on when its version is one and fits its content.</summary>
    /// <param name="found">As it came.</param>
    /// <param name="isCipher">True when the ETag is not about these bytes.</param>
    /// <exception cref="S3AnswerException">It has no version, or one of other content: to be read again, or, with
    /// <see cref="S3AnswerException.Repeated"/>, not any more.</exception>
    public StoredObject Check(StoredObject found, bool isCipher)
    {
        if (found.ETag.Trim('"').Length > 0 && (isCipher || S3ETag.Fits(found.ETag, found.Content.Span))) return found;
        alike = last is not null && last.ETag == found.ETag && last.Content.Span.SequenceEqual(found.Content.Span) ? alike + 1 : 1;
        last = found;
        var repeated = alike >= Enough ? found : null;
        throw found.ETag.Trim('"').Length == 0 ? S3AnswerException.NoETag(repeated) : S3AnswerException.Damaged(repeated);
    }
}
