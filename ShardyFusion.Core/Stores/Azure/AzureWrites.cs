using System.Runtime.InteropServices;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using ShardyFusion.Errors;
using ShardyFusion.Stores.Remote;

namespace ShardyFusion.Stores.Azure;

/// <summary>Conditional writes whose outcome is known in the end.</summary>
sealed class AzureWrites(RemoteLocation location, StoreRequests<BlobContainerClient> requests, AzureReads reads, StoreCounters counters)
    : IRemoteWrites
{
    /// <summary>The largest blob that one request copies within an account, for all practical purposes.</summary>
    public const long MaxCopyBytes = 5L << 40;

    static readonly TimeSpan CopyPause = TimeSpan.FromMilliseconds(250);

    readonly WriteOutcome outcome = new(location, reads);

    /// <summary>Has the store compare what arrives with what was sent.</summary>
    static UploadTransferValidationOptions Checked => new() { ChecksumAlgorithm = StorageChecksumAlgorithm.MD5 };

    /// <inheritdoc/>
    public Task<PutResult> PutAsync(string key, ReadOnlyMemory<byte> content, PutOptions options, CancellationToken cancellationToken)
    {
        var name = location.Name(key);
        var writeId = WriteOutcome.NewId();
        return outcome.SettleAsync(new SentWrite(key, writeId, content.Length), requests.RunAsync(AzureActions.Put, location.Uri(key),
            (container, token) => ConditionalAsync(options.Condition, content.Length,
                () => PutOnceAsync(container.GetBlockBlobClient(name), content, options, writeId, token)),
            cancellationToken, new StoreLoad(content.Length)), cancellationToken);
    }

    /// <summary>Sends a write once.</summary>
    public static async Task<ETag> PutOnceAsync(BlockBlobClient blob, ReadOnlyMemory<byte> content, PutOptions options, string writeId,
        CancellationToken cancellationToken)
    {
        using var body = Body(content);
        var answer = await blob.UploadAsync(body, new BlobUploadOptions
        {
            HttpHeaders = new BlobHttpHeaders { ContentType = options.ContentType },
            Metadata = Metadata(writeId),
            Conditions = Conditions(options.Condition),
            // Whatever its size, by one request.
            TransferOptions = new StorageTransferOptions { InitialTransferSize = int.MaxValue, MaximumConcurrency = 1 },
            TransferValidation = Checked,
        }, cancellationToken).ConfigureAwait(false);
        return answer.Value.ETag;
    }

    static MemoryStream Body(ReadOnlyMemory<byte> content)
    {
        var bytes = MemoryMarshal.TryGetArray(content, out var segment) ? segment : new ArraySegment<byte>(content.ToArray());
        return new MemoryStream(bytes.Array ?? [], bytes.Offset, bytes.Count, writable: false);
    }

    static Dictionary<string, string> Metadata(string writeId) => new(StringComparer.Ordinal) { [AzureReads.WriteIdMetadata] = writeId };

    static BlobRequestConditions Conditions(PutCondition condition) => new()
    {
        IfNoneMatch = condition.Kind == PutConditionKind.CreateOnly ? ETag.All : null,
        IfMatch = condition.ETag is { } etag ? new ETag(etag) : null,
    };

    async Task<string?> ConditionalAsync(PutCondition condition, long payloadBytes, Func<Task<ETag>> write)
    {
        try
        {
            var etag = await write().ConfigureAwait(false);
            counters.CountPut(payloadBytes);
            // Without one nothing can be published safely.
            return etag == default ? throw StoreAnswerException.NoETag() : AzureReads.Text(etag);
        }
        catch (RequestFailedException e) when (AzureFaults.IsConditionFailure(e, condition))
        {
            counters.CountPut(0);
            return null;
        }
    }

    /// <inheritdoc/>
    public Task<IPartSession> StartUploadAsync(string key, PutOptions options, CancellationToken cancellationToken) =>
        Task.FromResult<IPartSession>(new AzurePartSession(this, key, options.ContentType));

    /// <summary>Stages one block; its bytes must stay as they are until the task ends.</summary>
    public async Task StageAsync(string key, string blockId, ArraySegment<byte> content, CancellationToken cancellationToken)
    {
        var name = location.Name(key);
        await requests.RunAsync(AzureActions.PutBlock, location.Uri(key), async (container, token) =>
        {
            using var body = Body(content);
            await container.GetBlockBlobClient(name).StageBlockAsync(blockId, body, new BlockBlobStageBlockOptions
            {
                TransferValidation = Checked,
            }, token).ConfigureAwait(false);
            return true;
        }, cancellationToken, new StoreLoad(content.Count)).ConfigureAwait(false);
        counters.CountPut(content.Count);
    }

    /// <summary>Makes staged blocks one blob, under the condition.</summary>
    public Task<PutResult> CommitAsync(SentWrite sent, IReadOnlyList<string> blockIds, PutOptions options,
        CancellationToken cancellationToken)
    {
        var name = location.Name(sent.Key);
        bool isRepeated = false, isGone = false;
        return outcome.SettleAsync(sent, requests.RunAsync(AzureActions.Commit, location.Uri(sent.Key), async (container, token) =>
        {
            try
            {
                return await ConditionalAsync(options.Condition, 0, async () => (await container.GetBlockBlobClient(name)
                    .CommitBlockListAsync(blockIds, CommitOptions(sent.WriteId, options), token).ConfigureAwait(false)).Value.ETag)
                    .ConfigureAwait(false);
            }
            catch (RequestFailedException e) when (isRepeated && e.ErrorCode == "InvalidBlockList")
            {
                isGone = true;
                return null; // An earlier attempt committed them, or nobody can any more: the blob tells.
            }
            finally
            {
                isRepeated = true;
            }
        }, cancellationToken), cancellationToken, wasLost: () => isGone);
    }

    static CommitBlockListOptions CommitOptions(string writeId, PutOptions options) => new()
    {
        HttpHeaders = new BlobHttpHeaders { ContentType = options.ContentType },
        Metadata = Metadata(writeId),
        Conditions = Conditions(options.Condition),
    };

    /// <summary>Drops what was staged for a blob that does not exist; once, within a limit. Azure has no request for that: a blob of no
    /// blocks, created only when there is none, takes them along when it goes.</summary>
    /// <returns>False when it could not be done, or a blob is there: its own staged blocks end with it, or after a week.</returns>
    public Task<bool> TryDropAsync(string key, TimeSpan limit, CancellationToken cancellationToken = default) =>
        requests.TryOnceAsync(async (container, token) =>
        {
            var blob = container.GetBlockBlobClient(location.Name(key));
            var options = new PutOptions(PutCondition.CreateOnly);
            var made = await blob.CommitBlockListAsync([], CommitOptions(WriteOutcome.NewId(), options), token).ConfigureAwait(false);
            counters.CountPut(0);
            await blob.DeleteAsync(DeleteSnapshotsOption.None, new BlobRequestConditions { IfMatch = made.Value.ETag }, token)
                .ConfigureAwait(false);
            counters.CountDelete();
        }, limit, cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> TryCopyAsync(RemoteLocation from, string fromKey, string key, long sizeBytes,
        CancellationToken cancellationToken)
    {
        var (name, fromName) = (location.Name(key), from.Name(fromKey));
        try
        {
            var isDone = await requests.RunAsync(AzureActions.Copy, location.Uri(key), async (container, token) =>
            {
                var source = container.GetParentBlobServiceClient().GetBlobContainerClient(from.Bucket).GetBlobClient(fromName);
                var copy = await container.GetBlobClient(name).StartCopyFromUriAsync(source.Uri, new BlobCopyFromUriOptions(), token)
                    .ConfigureAwait(false);
                return copy.HasCompleted || await IsCopiedAsync(copy, token).ConfigureAwait(false);
            }, cancellationToken, new StoreLoad(sizeBytes)).ConfigureAwait(false);
            counters.CountPut(0);
            return isDone;
        }
        catch (ShardyFusionException e) when (e.Kind is ErrorKind.StorageUnsupported or ErrorKind.StorageNotFound
            or ErrorKind.StorageDenied)
        {
            // The bytes are carried then; only a source that is gone stays gone.
            if (e.Kind == ErrorKind.StorageNotFound && await new AzureReads(from, requests, counters).HeadAsync(fromKey, cancellationToken)
                .ConfigureAwait(false) is null) throw;
            return false;
        }
    }

    async Task<bool> IsCopiedAsync(CopyFromUriOperation copy, CancellationToken cancellationToken)
    {
        while (!copy.HasCompleted)
        {
            await Task.Delay(CopyPause, cancellationToken).ConfigureAwait(false);
            await copy.UpdateStatusAsync(cancellationToken).ConfigureAwait(false);
            counters.CountHead();
        }
        return true;
    }
}
