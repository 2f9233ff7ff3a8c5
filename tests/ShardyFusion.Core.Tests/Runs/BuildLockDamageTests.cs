using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Runs;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Runs;

public sealed class BuildLockDamageTests(ITestOutputHelper output) : IDisposable
{
    readonly TempFolder folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Acquire_LiveLockWithAnyBitOrCut_IsRefused()
    {
        var store = ObjectStores.Open(folder.Path);
        await AcquireAsync(store, "live");
        var path = store.LocalPath(BuildLock.Key)!;
        var document = await File.ReadAllBytesAsync(path, Token);
        Assert.Equal(ErrorKind.BuildInProgress, await RefusedAsync(store));
        for (var bit = 0; bit < document.Length * 8; bit++)
        {
            document[bit / 8] ^= (byte)(1 << (bit % 8));
            await TryAsync(document, $"bit {bit}");
            document[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        for (var cut = 0; cut < document.Length; cut++)
            await TryAsync(document[..cut], $"cut at {cut}");
        output.WriteLine($"counts: build lock: {document.Length * 8} bits and {document.Length} cuts, all refused, taken over: 0");

        async Task TryAsync(byte[] damaged, string how)
        {
            await File.WriteAllBytesAsync(path, damaged, Token);
            Assert.True(await RefusedAsync(store) == ErrorKind.ManifestParse, how);
            var left = await File.ReadAllBytesAsync(path, Token);
            Assert.True(damaged.AsSpan().SequenceEqual(left), $"{how}: the lock was written");
        }
    }

    static Task<(BuildLock Lock, BuildLockState? TakenOverFrom)> AcquireAsync(IObjectStore store, string runId) =>
        BuildLock.AcquireAsync(store, new LockOwner(runId, $"runs/{runId}/record"), TimeSpan.FromHours(1), TimeProvider.System, Token);

    static async Task<ErrorKind> RefusedAsync(IObjectStore store) =>
        (await Assert.ThrowsAsync<ShardyFusionException>(() => AcquireAsync(store, "other"))).Kind;
}
