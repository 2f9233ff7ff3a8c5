using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Stores;

/// <summary>Failures on Azure Blob Storage that no retry helps: at once, typed, with what to do, and without a secret.</summary>
public sealed class AzureDenialTests(AzuriteServer server)
{
    const string OtherKey = "b3RoZXIga2V5IHRoYXQgbm9ib2R5IG1heSBzZWU=", Signature = "sv=2025-01-05&ss=b&sig=c2VjcmV0%2Bc2ln";

    static readonly PutOptions Always = new(PutCondition.Always);
    static readonly PutOptions CreateOnly = new(PutCondition.CreateOnly);
    static CancellationToken Token => TestContext.Current.CancellationToken;

    async Task<ShardyFusionException> FailsAsync(IObjectStore store, Func<Task> action)
    {
        var error = await Assert.ThrowsAsync<ShardyFusionException>(action);
        Assert.Equal(0, store.Counters.Retries);
        foreach (var secret in new[] { AzuriteServer.Key, OtherKey, Signature, "c2VjcmV0", server.ConnectionString })
            Assert.DoesNotContain(secret, $"{error} {error.RecommendedAction} {store.Description}", StringComparison.Ordinal);
        return error;
    }

    IObjectStore Open(string prefix, Func<AzureAccess, AzureAccess> change) =>
        ObjectStores.Open(prefix, server.Connection() with { Azure = change(server.Connection().Azure!) });

    [Fact]
    public async Task WrongKey_DeniedNamingActionAndResource()
    {
        await using var store = Open(await server.NewPrefixAsync(), static a => a with { AccountKey = OtherKey });
        var error = await FailsAsync(store, () => store.GetAsync("_CURRENT", 10, Token));
        Assert.Equal(ErrorKind.StorageDenied, error.Kind);
        Assert.Contains($"Get Blob on {store.Root}/_CURRENT", error.Message, StringComparison.Ordinal);
        Assert.Contains("account key", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongSignature_Denied()
    {
        await using var store = Open(await server.NewPrefixAsync(), static a => a with { AccountKey = null, SasToken = Signature });
        Assert.Equal(ErrorKind.StorageDenied, (await FailsAsync(store, () => store.PutAsync("a", "x"u8.ToArray(), Always, Token))).Kind);
        Assert.Equal(ErrorKind.StorageDenied, (await FailsAsync(store, () => ObjectStoreContract.ListAsync(store, "", null))).Kind);
    }

    [Fact]
    public async Task UnknownContainer_NotFoundByEveryMethodThatCanTell()
    {
        await server.RequireAsync();
        await using var store = ObjectStores.Open("az://no-such-container/path", server.Connection());
        var errors = new[]
        {
            await FailsAsync(store, () => store.GetAsync("a", 10, Token)),
            await FailsAsync(store, () => store.PutAsync("a", "x"u8.ToArray(), CreateOnly, Token)),
            await FailsAsync(store, () => store.PutAsync("a", "x"u8.ToArray(), new PutOptions(PutCondition.IfMatch("\"x\"")), Token)),
            await FailsAsync(store, () => ObjectStoreContract.ListAsync(store, "", null)),
            await FailsAsync(store, async () => await store.GetRangeAsync("a", 0, new byte[1], Token)),
        };
        Assert.All(errors, static e => Assert.Equal(ErrorKind.StorageNotFound, e.Kind));
        Assert.All(errors, static e => Assert.Contains("no-such-container", e.Message, StringComparison.Ordinal));
        Assert.All(errors, static e => Assert.Contains("container", e.RecommendedAction, StringComparison.Ordinal));
    }

    // The service's own codes; the emulator knows neither holds nor roles.
    [Theory]
    [InlineData(403, "AuthorizationPermissionMismatch", ErrorKind.StorageDenied, "Storage Blob Data")]
    [InlineData(403, "AuthorizationFailure", ErrorKind.StorageDenied, "firewall")]
    [InlineData(403, "KeyBasedAuthenticationNotPermitted", ErrorKind.StorageDenied, "sign in")]
    [InlineData(403, "InsufficientAccountPermissions", ErrorKind.StorageDenied, "allow")]
    [InlineData(403, "AuthorizationProtocolMismatch", ErrorKind.StorageDenied, "https")]
    [InlineData(403, "AccountIsDisabled", ErrorKind.StorageDenied, "disabled")]
    [InlineData(401, "NoAuthenticationInformation", ErrorKind.StorageDenied, "account")]
    [InlineData(409, "BlobArchived", ErrorKind.StorageArchived, "Rehydrate")]
    [InlineData(409, "BlobBeingRehydrated", ErrorKind.StorageArchived, "Rehydrate")]
    [InlineData(409, "BlobImmutableDueToLegalHold", ErrorKind.StorageDenied, "legal hold")]
    [InlineData(409, "BlobImmutableDueToPolicy", ErrorKind.StorageDenied, "immutability")]
    [InlineData(412, "LeaseIdMissing", ErrorKind.StorageDenied, "lease")]
    [InlineData(409, "SnapshotsPresent", ErrorKind.StorageDenied, "snapshots")]
    [InlineData(400, "InvalidHeaderValue", ErrorKind.StorageUnsupported, "emulator")]
    [InlineData(302, "Found", ErrorKind.StorageUnsupported, "endpoint")]
    public async Task PermanentAnswer_TypedAtOnceWithAdvice(int status, string code, ErrorKind kind, string advice)
    {
        var prefix = await server.NewPrefixAsync();
        await using var proxy = FaultProxy.Start(server.Endpoint).On(static _ => true, FaultProxy.Status(status, code),
            count: int.MaxValue);
        await using var store = ObjectStores.Open(prefix, server.Connection(proxy.Endpoint));
        // A pointer is written under this condition: none of these answers may pass for a lost race.
        foreach (var action in new Func<Task>[] { () => store.GetAsync("a", 10, Token),
            () => store.PutAsync("a", "x"u8.ToArray(), new PutOptions(PutCondition.IfMatch("\"0x8\"")), Token) })
        {
            var error = await FailsAsync(store, action);
            Assert.Equal(kind, error.Kind);
            if (status != 302) Assert.Contains(code, error.Message, StringComparison.Ordinal);
            Assert.Contains(advice, error.RecommendedAction, StringComparison.Ordinal);
        }
        Assert.Equal(2, proxy.Requests.Count);
    }

    [Theory]
    [InlineData(409, "BlobImmutableDueToPolicy")]
    [InlineData(409, "BlobImmutableDueToLegalHold")]
    [InlineData(403, "UnauthorizedBlobOverwrite")]
    public async Task CreateOnly_WhatIsThereMayNotBeChanged_IsThere(int status, string code)
    {
        var prefix = await server.NewPrefixAsync();
        await using var proxy = FaultProxy.Start(server.Endpoint).On(static r => r.Method == "PUT", FaultProxy.Status(status, code),
            count: int.MaxValue);
        await using var store = ObjectStores.Open(prefix, server.Connection(proxy.Endpoint));
        Assert.False((await store.PutAsync("a", "x"u8.ToArray(), CreateOnly, Token)).Written);
    }

    [Fact]
    public async Task ArchivedBlob_SaysHowToGetItBack()
    {
        await using var store = ObjectStores.Open(await server.NewPrefixAsync(), server.Connection());
        await store.PutAsync("a", "x"u8.ToArray(), Always, Token);
        await Blob(store, "a").SetAccessTierAsync(AccessTier.Archive, cancellationToken: Token);
        var error = await FailsAsync(store, () => store.GetAsync("a", 10, Token));
        Assert.Equal(ErrorKind.StorageArchived, error.Kind);
        Assert.Contains("Rehydrate", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LeasedBlob_IsNoLostRace()
    {
        await using var store = ObjectStores.Open(await server.NewPrefixAsync(), server.Connection());
        var etag = (await store.PutAsync("a", "x"u8.ToArray(), Always, Token)).ETag!;
        await Blob(store, "a").GetBlobLeaseClient().AcquireAsync(TimeSpan.FromSeconds(60), cancellationToken: Token);
        var current = (await store.HeadAsync("a", Token))!.ETag;
        foreach (var condition in new[] { PutCondition.IfMatch(current), PutCondition.Always })
        {
            var error = await FailsAsync(store, () => store.PutAsync("a", "y"u8.ToArray(), new PutOptions(condition), Token));
            Assert.Contains("lease", error.RecommendedAction, StringComparison.Ordinal);
        }
        Assert.NotNull(etag);
        Assert.Contains("LeaseIdMissing", Assert.Single(await store.DeleteAsync(["a"], Token)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BlobWithSnapshots_IsKeptAndNamed()
    {
        await using var store = ObjectStores.Open(await server.NewPrefixAsync(), server.Connection());
        await store.PutAsync("a", "x"u8.ToArray(), Always, Token);
        await Blob(store, "a").CreateSnapshotAsync(cancellationToken: Token);
        await store.PutAsync("a", "y"u8.ToArray(), Always, Token);
        Assert.Equal(["a"], (await ObjectStoreContract.ListAsync(store, "", null)).Select(static e => e.Key));
        Assert.Equal("y", await ObjectStoreContract.TextAsync(store, "a"));
        Assert.Contains("SnapshotsPresent", Assert.Single(await store.DeleteAsync(["a"], Token)).Error, StringComparison.Ordinal);
        Assert.NotNull(await store.HeadAsync("a", Token));
    }

    // With a hierarchical namespace folders are listed as blobs.
    [Fact]
    public async Task FoldersThatAreBlobs_AreNoObjects()
    {
        await using var store = ObjectStores.Open(await server.NewPrefixAsync(), server.Connection());
        await store.PutAsync("runs/a/run.yaml", "x"u8.ToArray(), Always, Token);
        foreach (var folder in new[] { "runs", "runs/a" })
            await Blob(store, folder).UploadAsync(new MemoryStream(), new BlobUploadOptions
            {
                Metadata = new Dictionary<string, string> { ["hdi_isfolder"] = "true" },
            }, Token);
        Assert.Equal(["runs/a/run.yaml"], (await ObjectStoreContract.ListAsync(store, "", null)).Select(static e => e.Key));
        Assert.Equal(["runs/"], (await ObjectStoreContract.ListAsync(store, "", "/")).Select(static e => e.Key));
    }

    BlockBlobClient Blob(IObjectStore store, string key) => server.Client().GetBlockBlobClient($"{store.Root.Split('/', 4)[3]}/{key}");
}
