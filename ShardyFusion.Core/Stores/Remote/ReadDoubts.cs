namespace ShardyFusion.Stores.Remote;

/// <summary>The doubtful answers to one read, attempt after attempt. Not for concurrent callers.</summary>
sealed class ReadDoubts
{
    /// <summary>What comes alike this often was not damaged by chance on the way.</summary>
    const int Enough = 3;

    StoredObject? last;
    int alike;

    /// <summary>Hands an object on when it has a version and fits its checksum.</summary>
    /// <param name="found">As it came.</param>
    /// <param name="isWhole">False when the answer's own checksum says that these are other bytes.</param>
    /// <exception cref="StoreAnswerException">It has no version, or other content: to be read again, or, with
    /// <see cref="StoreAnswerException.Repeated"/>, not any more.</exception>
    public StoredObject Check(StoredObject found, bool isWhole)
    {
        var isNamed = found.ETag.Trim('"').Length > 0;
        if (isNamed && isWhole) return found;
        alike = last is not null && last.ETag == found.ETag && last.Content.Span.SequenceEqual(found.Content.Span) ? alike + 1 : 1;
        last = found;
        var repeated = alike >= Enough ? found : null;
        throw isNamed ? StoreAnswerException.Damaged(repeated) : StoreAnswerException.NoETag(repeated);
    }
}
