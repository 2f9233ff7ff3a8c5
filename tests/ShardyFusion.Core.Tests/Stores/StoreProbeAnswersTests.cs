using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Stores;
using ShardyFusion.Stores.S3;

namespace ShardyFusion.Core.Tests.Stores;

/// <summary>What a probe makes of stores that can less, or answer with errors: need and nicety apart, and each check for itself.</summary>
public sealed class StoreProbeAnswersTests(S3Server server)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    async Task<(IReadOnlyList<StoreProbeResult> Results, StoreFitness Fitness, FaultProxy Proxy)> ProbeAsync(
        Func<ProxiedRequest, bool> match, ProxyFault fault, int nth = 1, int count = int.MaxValue)
    {
        var prefix = await server.NewPrefixAsync();
        await using var proxy = FaultProxy.Start(server.Endpoint).On(match, fault, nth, count);
        await using var store = ObjectStores.Open(prefix, server.Connection(proxy.Endpoint) with { MaxRetries = 1 });
        var results = await StoreProbe.RunAsync(store, Token);
        return (results, StoreProbe.Judge(results), proxy);
    }

    static bool IsCopy(ProxiedRequest r) => r.Header("x-amz-copy-source") is not null;

    static bool IsUploadsList(ProxiedRequest r) => r.Method == "GET" && r.Target.Contains("uploads", StringComparison.Ordinal);

    static bool IsUploadStart(ProxiedRequest r) => r.Method == "POST" && r.Target.EndsWith("uploads", StringComparison.Ordinal);

    static bool IsDeletion(ProxiedRequest r) =>
        r.Method == "DELETE" || (r.Method == "POST" && r.Target.Contains("delete", StringComparison.Ordinal));

    public static TheoryData<string, int, string> Niceties =>
        new MatrixTheoryData<string, (int, string)>(["copy", "list uploads", "uploads in parts", "delete"],
        [(400, "InvalidRequest"), (405, "MethodNotAllowed"), (501, "NotImplemented"), (403, "AccessDenied"), (500, "InternalError")])
        .Aggregate(new TheoryData<string, int, string>(), static (data, row) =>
        {
            data.Add(row.Data.Item1, row.Data.Item2.Item1, row.Data.Item2.Item2);
            return data;
        });

    [Theory]
    [MemberData(nameof(Niceties))]
    public async Task Run_NicetyIsMissing_StoreIsLimitedAndNothingElseFails(string check, int status, string code)
    {
        Func<ProxiedRequest, bool> match = check switch
        {
            "copy" => IsCopy,
            "list uploads" => IsUploadsList,
            "uploads in parts" => IsUploadStart,
            _ => IsDeletion
        };
        var (results, fitness, _) = await ProbeAsync(match, FaultProxy.Status(status, code));
        Assert.Equal(StoreFitness.Limited, fitness);
        var failed = results.Where(static r => r.Passed != true).ToList();
        Assert.Equal(status == 403 ? [check, "permissions"] : [check], failed.Select(static r => r.Check));
        Assert.All(failed, static r => Assert.False(r.IsRequired));
        // Denied is what 401 and 403 say, and nothing else; an error of the server is no answer to the question.
        if (status == 403) Assert.Equal($"Denied in: {check}.", failed[1].Detail);
        if (status == 500 && check != "delete") Assert.Equal((null, "Not checked: HTTP 500."), (failed[0].Passed, failed[0].Detail));
    }

    public static TheoryData<string> OneRequest => ["read", "ranges", "list", "clock"];

    [Theory]
    [MemberData(nameof(OneRequest))]
    public async Task Run_ServerErrorInOneCheck_OnlyThatOneIsNotMade(string check)
    {
        Func<ProxiedRequest, bool> match = check switch
        {
            "read" => static r => r.IsWrite && r.Target.EndsWith("/read", StringComparison.Ordinal),
            "ranges" => static r => r.IsWrite && r.Target.EndsWith("/range", StringComparison.Ordinal),
            "list" => static r => r.IsWrite && r.Target.EndsWith("/list/c", StringComparison.Ordinal),
            _ => static r => r.Method == "HEAD" && r.Target.EndsWith("/clock", StringComparison.Ordinal),
        };
        var (results, fitness, _) = await ProbeAsync(match, FaultProxy.Status(500, "InternalError"));
        var failed = results.Where(r => r.Passed != true && !(check == "list" && r.Check == "list paging")).ToList();
        Assert.Equal([check], failed.Select(static r => r.Check));
        Assert.Equal((null, "Not checked: HTTP 500."), (failed[0].Passed, failed[0].Detail));
        Assert.Equal(check == "clock" ? StoreFitness.Limited : check == "list" ? StoreFitness.Unfit : StoreFitness.Unknown, fitness);
    }

    [Fact]
    public async Task Run_ServerErrorInTheFirstWrite_TheOthersAreMade()
    {
        var (results, fitness, _) = await ProbeAsync(static r => r.IsWrite && r.Header("if-none-match") is not null
            && r.Target.EndsWith("/cas", StringComparison.Ordinal), FaultProxy.Status(500, "InternalError"));
        Assert.Equal(["create-only", "create-only conflict"], results.Where(static r => r.Passed != true).Select(static r => r.Check));
        Assert.All(results.Take(2), static r => Assert.Equal("Not checked: HTTP 500.", r.Detail));
        Assert.Equal(StoreFitness.Unknown, fitness);
    }

    [Theory]
    [InlineData(400, "InvalidArgument")]
    [InlineData(405, "MethodNotAllowed")]
    [InlineData(501, "NotImplemented")]
    public async Task RequireConditionalWrites_ConditionsAreRefused_StoreUnsafeAndUsableWhenAllowed(int status, string code)
    {
        var prefix = await server.NewPrefixAsync();
        await using var proxy = FaultProxy.Start(server.Endpoint)
            .On(static r => r.IsWrite && (r.Header("if-match") ?? r.Header("if-none-match")) is not null, FaultProxy.Status(status, code),
                count: int.MaxValue);
        await using var store = ObjectStores.Open(prefix, server.Connection(proxy.Endpoint));
        Assert.Equal(ErrorKind.StoreUnsafe,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => StoreProbe.RequireConditionalWritesAsync(store, Token))).Kind);
        await StoreProbe.RequireConditionalWritesAsync(store, isRiskTaken: true, Token);
        Assert.True((await store.PutAsync("a", "1"u8.ToArray(), new PutOptions(PutCondition.CreateOnly), Token)).Written);
        Assert.False((await store.PutAsync("a", "2"u8.ToArray(), new PutOptions(PutCondition.CreateOnly), Token)).Written);
    }

    [Fact]
    public async Task Run_WritesNoObjectAndFolderOfOneName()
    {
        var (_, _, proxy) = await ProbeAsync(static _ => false, FaultProxy.Reset);
        var written = proxy.Requests.Where(static r => r.IsWrite || r.IsPart).Select(static r => r.Target.Split('?')[0]).Distinct()
            .ToList();
        Assert.Contains(written, static name => name.Contains("/list/a/", StringComparison.Ordinal));
        Assert.DoesNotContain(written, name => written.Exists(other => other.StartsWith(name + "/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Run_StoreFallsSilent_TheRestIsNotMade()
    {
        var (results, fitness, _) = await ProbeAsync(static _ => true, FaultProxy.Reset, nth: 200);
        Assert.Equal(StoreFitness.Unknown, fitness);
        Assert.Contains(results, static r => r.Detail == "Not checked: the store had stopped answering.");
    }

    [Fact]
    public async Task Run_WriteOfTheProbeIsDenied_SaysWhyItWrites()
    {
        var (results, _, _) = await ProbeAsync(static r => r.IsWrite, FaultProxy.Status(403, "AccessDenied"));
        Assert.Contains("temporary object", results[0].Detail, StringComparison.Ordinal);
        Assert.Contains("conditional writes", results[0].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Copy_KeepsTheSlashesOfTheSource()
    {
        var prefix = await server.NewPrefixAsync();
        await using var proxy = FaultProxy.Start(server.Endpoint);
        await using var store = (S3ObjectStore)ObjectStores.Open(prefix + "/sp ace+%#é", server.Connection(proxy.Endpoint));
        await store.PutAsync("x/from", "text"u8.ToArray(), new PutOptions(PutCondition.Always), Token);
        Assert.True(await store.TryCopyAsync(store, "x/from", "y/to", 4, Token));
        Assert.Equal("text", await ObjectStoreContract.TextAsync(store, "y/to"));
        var source = Assert.Single(proxy.Requests, static r => r.Header("x-amz-copy-source") is not null).Header("x-amz-copy-source")!;
        Assert.DoesNotContain("%2F", source, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("/sp%20ace%2B%25%23%C3%A9/x/from", source, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, "InvalidArgument")]
    [InlineData(404, "NoSuchBucket")]
    [InlineData(404, "NoSuchKey")]
    [InlineData(405, "MethodNotAllowed")]
    [InlineData(501, "NotImplemented")]
    public async Task Copy_StoreCannot_SaysSoOnceAndTheCallerCarries(int status, string code)
    {
        var prefix = await server.NewPrefixAsync();
        await using var proxy = FaultProxy.Start(server.Endpoint).On(IsCopy, FaultProxy.Status(status, code), count: int.MaxValue);
        await using var store = (S3ObjectStore)ObjectStores.Open(prefix, server.Connection(proxy.Endpoint));
        await store.PutAsync("from", "text"u8.ToArray(), new PutOptions(PutCondition.Always), Token);
        Assert.False(await store.TryCopyAsync(store, "from", "to", 4, Token));
        Assert.False(await store.TryCopyAsync(store, "from", "to", 4, Token));
        Assert.Single(proxy.Requests, IsCopy);
    }

    [Fact]
    public async Task Copy_SourceIsMissing_NotFoundNamingIt()
    {
        var prefix = await server.NewPrefixAsync();
        await using var store = (S3ObjectStore)ObjectStores.Open(prefix, server.Connection());
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => store.TryCopyAsync(store, "from", "to", 4, Token));
        Assert.Equal(ErrorKind.StorageNotFound, error.Kind);
        Assert.Contains("/from", error.Message, StringComparison.Ordinal);
    }
}
