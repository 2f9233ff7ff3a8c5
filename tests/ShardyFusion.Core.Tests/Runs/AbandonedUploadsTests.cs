using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Formats;
using ShardyFusion.Runs;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Remote;
using ShardyFusion.Stores.S3;

namespace ShardyFusion.Core.Tests.Runs;

public sealed class AbandonedUploadsTests(S3Server server)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Abort_UploadsOfDeadRunsOnly()
    {
        await using var store = ObjectStores.Open(await server.NewPrefixAsync(), server.Connection());
        await WriteRecordAsync(store, "live", RunStatus.Running, TimeSpan.FromMinutes(5));
        await WriteRecordAsync(store, "expired", RunStatus.Running, TimeSpan.FromMinutes(-5));
        await WriteRecordAsync(store, "failed", RunStatus.Failed, TimeSpan.FromMinutes(5));
        var uploads = new List<IObjectUpload>();
        foreach (var key in new[] { Shard("own"), Shard("live"), Shard("expired"), Shard("failed"), Shard("unknown"), "elsewhere/x" })
        {
            var upload = await store.OpenUploadAsync(key, new PutOptions(PutCondition.CreateOnly), Token);
            await upload.WriteAsync(new byte[PartedUpload.PartBytes + 1], Token);
            uploads.Add(upload);
        }
        Assert.Equal(3, await AbandonedUploads.AbortAsync(store, "own", isResumed: false, TimeProvider.System, Token));
        var left = new List<string>();
        await ((IStoreMaintenance)store).AbortUploadsAsync((key, _) =>
        {
            left.Add(key);
            return Task.FromResult(false);
        }, Token);
        Assert.Equal(["elsewhere/x", Shard("live"), Shard("own")], left.Order(StringComparer.Ordinal));
        foreach (var upload in uploads)
            await upload.DisposeAsync();
    }

    static string Shard(string runId) => SnapshotPaths.ShardKey(SnapshotPaths.AttemptKey(runId, 0, 0));

    static async Task WriteRecordAsync(IObjectStore store, string runId, RunStatus status, TimeSpan lease)
    {
        var now = DateTimeOffset.UtcNow;
        var record = new RunRecord
        {
            RunId = runId,
            Status = status,
            StartedAt = now,
            UpdatedAt = now,
            LeaseExpiresAt = now + lease,
            S3Prefix = store.Root,
        };
        await store.PutAsync(SnapshotPaths.RunRecordKey(now, runId, Guid.NewGuid()), RunRecordCodec.Write(record),
            new PutOptions(PutCondition.CreateOnly), Token);
    }
}
