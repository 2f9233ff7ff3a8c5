using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Stores;
using ShardyFusion.Core.Tests.Remote;
using static ShardyFusion.Core.Tests.S3.S3Prefix;

namespace ShardyFusion.Core.Tests.S3;

/// <summary>A store that ignores conditional headers, or refuses them: nobody may publish to it unknowingly.</summary>
public sealed class UnsafeStoreTests(S3Server server)
{
    static readonly int[] Keys = [.. Enumerable.Range(0, 20)];

    public static TheoryData<string> Kinds => ["ignores", "refuses"];

    async Task<(S3Prefix Prefix, SnapshotStore Unsafe)> OpenAsync(string kind)
    {
        var prefix = await CreateAsync(server);
        if (kind == "ignores")
            prefix.Proxy.On(static r => r.IsWrite, FaultProxy.IgnoreCondition(server.SecretKey), count: int.MaxValue);
        else
            prefix.Proxy.On(static r => r.IsWrite && (r.Header("if-match") ?? r.Header("if-none-match")) is not null,
                FaultProxy.Status(501, "NotImplemented"), count: int.MaxValue);
        return (prefix, prefix.OpenProxied(isKnown: false));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Build_RefusedBeforeAnythingIsWritten(string kind)
    {
        var (prefix, store) = await OpenAsync(kind);
        await using var _ = prefix;
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => PublishAsync(store, Keys));
        Assert.Equal(ErrorKind.StoreUnsafe, error.Kind);
        Assert.Contains("create-only", error.Message, StringComparison.Ordinal);
        Assert.Contains("allow an unsafe pointer", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(await prefix.KeysAsync());
        // A second one need not probe again.
        var requests = prefix.Proxy.Requests.Count;
        Assert.Equal(ErrorKind.StoreUnsafe, (await Assert.ThrowsAsync<ShardyFusionException>(() => PublishAsync(store, Keys))).Kind);
        Assert.DoesNotContain(prefix.Proxy.Requests.Skip(requests), static r => r.IsWrite);
        Assert.Empty(await prefix.KeysAsync());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Build_WithAllowUnsafePointer_Publishes(string kind)
    {
        var (prefix, store) = await OpenAsync(kind);
        await using var _ = prefix;
        var options = new BuildOptions { ShardCount = 2, AllowUnsafePointer = true };
        Assert.True((await PublishAsync(store, Keys, "one", options)).Published);
        Assert.True((await PublishAsync(store, Keys, "two", options)).Published);
        Assert.Equal(Rows(Keys, "two"), await prefix.ReadAllAsync());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Build_WithAllowUnsafePointer_PointerMovedMeanwhile_Conflict(string kind)
    {
        var (prefix, store) = await OpenAsync(kind);
        await using var _ = prefix;
        var options = new BuildOptions { ShardCount = 2, AllowUnsafePointer = true, AllowConcurrentBuild = true };
        await using var build = await store.StartBuildAsync(options, null, Token);
        build.Add(1, "late");
        var other = await PublishAsync(prefix.Direct, Keys);
        await Assert.ThrowsAsync<PointerConflictException>(() => build.CompleteAsync(Token));
        Assert.Equal(other.RunId, (await prefix.Direct.GetInfoAsync(SnapshotSelector.Current, Token)).RunId);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Rollback_RefusedUnlessAllowed(string kind)
    {
        var (prefix, store) = await OpenAsync(kind);
        await using var _ = prefix;
        var old = await PublishAsync(prefix.Direct, Keys, "old");
        var current = await PublishAsync(prefix.Direct, Keys, "new");
        var plan = await store.PlanRollbackAsync(new SnapshotSelector { Offset = 1 }, Token);
        Assert.Equal(ErrorKind.StoreUnsafe,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => store.RollbackAsync(plan, allowUnsafePointer: false, Token))).Kind);
        Assert.Equal(current.RunId, (await prefix.Direct.GetInfoAsync(SnapshotSelector.Current, Token)).RunId);
        Assert.True((await store.RollbackAsync(plan, allowUnsafePointer: true, Token)).Changed);
        Assert.Equal(old.RunId, (await prefix.Direct.GetInfoAsync(SnapshotSelector.Current, Token)).RunId);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Probe_AfterAnAllowedUnsafePublish_StillSaysUnsafe(string kind)
    {
        var (prefix, store) = await OpenAsync(kind);
        await using var _ = prefix;
        await PublishAsync(store, Keys, "one", new BuildOptions { ShardCount = 1, AllowUnsafePointer = true });
        await using var objects = ObjectStores.Open(prefix.Path, server.Connection(prefix.Proxy.Endpoint));
        Assert.False(objects.Capabilities.ConditionalWrites);
        var results = await StoreProbe.RunAsync(objects, Token);
        Assert.Contains(results, static r => r is { Check: "if-match stale", Passed: false });
        Assert.Equal(StoreFitness.Unfit, StoreProbe.Judge(results));
        Assert.All(results.Where(static r => !r.Check.StartsWith("if-match", StringComparison.Ordinal)
            && !r.Check.StartsWith("create-only", StringComparison.Ordinal)),
            static r => Assert.True(r.Passed, $"{r.Check}: {r.Detail}"));
        Assert.False(objects.Capabilities.ConditionalWrites);
        Assert.Equal(ErrorKind.StoreUnsafe, (await Assert.ThrowsAsync<ShardyFusionException>(() => PublishAsync(store, Keys))).Kind);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Build_LargeShardWithAllowUnsafePointer_Publishes(string kind)
    {
        var (prefix, store) = await OpenAsync(kind);
        await using var _ = prefix;
        await using var build = await store.StartBuildAsync(new BuildOptions { ShardCount = 1, AllowUnsafePointer = true }, null, Token);
        LostAnswerTests.AddLargeRows(build);
        Assert.True((await build.CompleteAsync(Token)).Published);
        Assert.Empty(await prefix.UploadsAsync());
    }
}
