using System.Buffers.Text;
using System.Globalization;
using System.Text;
using ShardyFusion.Stores.Remote;

namespace ShardyFusion.Stores.Azure;

/// <summary>An upload by staged blocks that is under way. Its block ids hold the id of the write: blocks that another writer staged for the
/// same blob are never taken for its own.</summary>
/// <param name="writes">Sends its requests.</param>
/// <param name="key">Relative key.</param>
/// <param name="contentType">MIME type of the blob.</param>
sealed class AzurePartSession(AzureWrites writes, string key, string contentType) : IPartSession
{
    readonly string writeId = WriteOutcome.NewId();
    int parts;

    // All ids of a blob have one length.
    string BlockId(int partNumber) => Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"{writeId}-{partNumber:D5}")));

    /// <inheritdoc/>
    public Task SendAsync(int partNumber, ArraySegment<byte> content, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref parts);
        return writes.StageAsync(key, BlockId(partNumber), content, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<PutResult> CompleteAsync(long sizeBytes, PutCondition condition, CancellationToken cancellationToken) =>
        writes.CommitAsync(new SentWrite(key, writeId, sizeBytes), [.. Enumerable.Range(1, parts).Select(BlockId)],
            new PutOptions(condition, contentType), cancellationToken);

    /// <inheritdoc/>
    public Task AbortAsync(TimeSpan limit) => parts == 0 ? Task.CompletedTask : writes.TryDropAsync(key, limit);
}
