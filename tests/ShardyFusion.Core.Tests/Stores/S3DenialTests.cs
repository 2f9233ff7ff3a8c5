using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Remote;
using ShardyFusion.Stores.S3;

namespace ShardyFusion.Core.Tests.Stores;

/// <summary>Failures that no retry helps: at once, typed, with what to do, and without a secret.</summary>
public sealed class S3DenialTests(S3Server server)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    async Task<ShardyFusionException> FailsAsync(IObjectStore store, Func<Task> action, params string[] secrets)
    {
        var error = await Assert.ThrowsAsync<ShardyFusionException>(action);
        Assert.Equal(0, store.Counters.Retries);
        foreach (var secret in secrets.Append(server.SecretKey))
            Assert.DoesNotContain(secret, $"{error} {error.RecommendedAction}", StringComparison.Ordinal);
        return error;
    }

    [Fact]
    public async Task WrongSecret_DeniedNamingActionAndResource()
    {
        await using var store = ObjectStores.Open(await server.NewPrefixAsync(),
            server.Connection() with { SecretAccessKey = "not-the-secret" });
        var error = await FailsAsync(store, () => store.GetAsync("_CURRENT", 10, Token), "not-the-secret");
        Assert.Equal(ErrorKind.StorageDenied, error.Kind);
        Assert.Contains($"GetObject on {store.Root}/_CURRENT", error.Message, StringComparison.Ordinal);
        Assert.Contains("SignatureDoesNotMatch", error.Message, StringComparison.Ordinal);
        Assert.Contains("secret", error.RecommendedAction, StringComparison.Ordinal);
        Assert.False(error.Retryable);
    }

    [Fact]
    public async Task UnknownAccessKey_Denied()
    {
        await using var store = ObjectStores.Open(await server.NewPrefixAsync(), server.Connection() with
        {
            AccessKeyId = "nobody",
            SecretAccessKey = "nobodys-secret"
        });
        var error = await FailsAsync(store, () => store.PutAsync("a", default, new PutOptions(PutCondition.Always), Token),
            "nobodys-secret");
        Assert.Equal(ErrorKind.StorageDenied, error.Kind);
        Assert.Contains("access key", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("InvalidToken", ErrorKind.StorageDenied)]
    [InlineData("ExpiredToken", ErrorKind.CredentialsExpired)]
    public async Task RefusedSessionToken_DeniedAndTokenNotShown(string code, ErrorKind kind)
    {
        // The gateway of the tests takes any token; the answer is AWS's.
        const string SessionToken = "c2Vzc2lvbi10b2tlbi1zZWNyZXQ=";
        var prefix = await server.NewPrefixAsync();
        await using var proxy = FaultProxy.Start(server.Endpoint).On(static _ => true, FaultProxy.Status(400, code), count: int.MaxValue);
        await using var store = ObjectStores.Open(prefix, server.Connection(proxy.Endpoint) with { SessionToken = SessionToken });
        var error = await FailsAsync(store, () => store.GetAsync("a", 10, Token), SessionToken);
        Assert.Equal(kind, error.Kind);
        Assert.Contains("new temporary credentials", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(SessionToken, Assert.Single(proxy.Requests).Header("x-amz-security-token"));
    }

    [Fact]
    public async Task UnknownBucket_NotFoundByEveryMethodThatCanTell()
    {
        await server.RequireAsync();
        await using var store = ObjectStores.Open("s3://no-such-bucket-here/path", server.Connection());
        var errors = new[]
        {
            await FailsAsync(store, () => store.GetAsync("a", 10, Token)),
            await FailsAsync(store, () => store.PutAsync("a", default, new PutOptions(PutCondition.CreateOnly), Token)),
            await FailsAsync(store, () => store.PutAsync("a", default, new PutOptions(PutCondition.IfMatch("\"x\"")), Token)),
            await FailsAsync(store, () => ObjectStoreContract.ListAsync(store, "", null)),
            await FailsAsync(store, async () => await store.GetRangeAsync("a", 0, new byte[1], Token)),
        };
        Assert.All(errors, static e => Assert.Equal(ErrorKind.StorageNotFound, e.Kind));
        Assert.All(errors, static e => Assert.Contains("no-such-bucket-here", e.Message, StringComparison.Ordinal));
        Assert.All(errors, static e => Assert.Contains("bucket", e.RecommendedAction, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(403, "AccessDenied", ErrorKind.StorageDenied, "s3:GetObject")]
    [InlineData(400, "ExpiredToken", ErrorKind.CredentialsExpired, "expired")]
    [InlineData(403, "RequestTimeTooSkewed", ErrorKind.ClockSkewed, "clock")]
    [InlineData(301, "PermanentRedirect", ErrorKind.WrongRegion, "region")]
    [InlineData(400, "AuthorizationHeaderMalformed", ErrorKind.WrongRegion, "region")]
    [InlineData(507, "InsufficientStorage", ErrorKind.StorageFull, "Free space")]
    [InlineData(501, "NotImplemented", ErrorKind.StorageUnsupported, "supports")]
    public async Task PermanentAnswer_TypedAtOnceWithAdvice(int status, string code, ErrorKind kind, string advice)
    {
        var prefix = await server.NewPrefixAsync();
        await using var proxy = FaultProxy.Start(server.Endpoint).On(static _ => true, FaultProxy.Status(status, code),
            count: int.MaxValue);
        await using var store = ObjectStores.Open(prefix, server.Connection(proxy.Endpoint));
        var error = await FailsAsync(store, () => store.GetAsync("a", 10, Token));
        Assert.Equal(kind, error.Kind);
        Assert.Contains(code, error.Message, StringComparison.Ordinal);
        Assert.Contains(advice, error.RecommendedAction, StringComparison.Ordinal);
        Assert.Single(proxy.Requests);
    }

    [Fact]
    public async Task NobodyListens_TransientErrorNamingTheCause()
    {
        await using var store = ObjectStores.Open("s3://bucket/path", new StoreConnection
        {
            EndpointUrl = "http://127.0.0.1:9",
            AccessKeyId = "a",
            SecretAccessKey = "b",
            MaxRetries = 1,
            RetryDelay = TimeSpan.FromMilliseconds(1),
        });
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => store.GetAsync("a", 10, Token));
        Assert.Equal(ErrorKind.StorageTransient, error.Kind);
        Assert.Contains("ConnectionRefused", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownProfile_RefusedAtOpen()
    {
        var error = Assert.Throws<ShardyFusionException>(() => ObjectStores.Open("s3://bucket/path",
            new StoreConnection { ProfileName = "no-such-profile-here", Region = "eu-west-1" }));
        Assert.Equal(ErrorKind.ConfigValidation, error.Kind);
        Assert.Contains("no-such-profile-here", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Description_SaysWhereCredentialsComeFrom_NoSecret()
    {
        await using var store = (S3ObjectStore)ObjectStores.Open("s3://bucket/path",
            new StoreConnection { EndpointUrl = "http://127.0.0.1:9", AccessKeyId = "AKID", SecretAccessKey = "hidden" });
        Assert.Contains("access key AKID", store.Description, StringComparison.Ordinal);
        Assert.Contains("http://127.0.0.1:9", store.Description, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", store.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AbandonedUpload_OfAKilledProcess_FoundAndAborted()
    {
        var prefix = await server.NewPrefixAsync();
        await using (var child = ChildProcess.Start(LeaveUploadAsync, prefix, server.Endpoint, server.AccessKey, server.SecretKey))
        {
            Assert.Equal("sent", await child.ReadLineAsync());
            await child.KillAsync();
        }
        await using var store = (S3ObjectStore)ObjectStores.Open(prefix, server.Connection());
        var seen = new List<string>();
        Task<bool> IsAbandoned(string key, bool answer)
        {
            seen.Add(key);
            return Task.FromResult(answer);
        }
        Assert.Equal(0, await store.CleanTempAsync(TimeSpan.Zero, Token));
        Assert.Equal(0, await store.AbortUploadsAsync((key, _) => IsAbandoned(key, false), Token));
        Assert.Equal(1, await store.AbortUploadsAsync((key, _) => IsAbandoned(key, true), Token));
        Assert.Equal(0, await store.AbortUploadsAsync((key, _) => IsAbandoned(key, true), Token));
        Assert.Equal(["never", "never"], seen);
        Assert.Empty(await ObjectStoreContract.ListAsync(store, "", null));
    }

    static async Task<int> LeaveUploadAsync(string[] args)
    {
        var store = ObjectStores.Open(args[0], new StoreConnection
        {
            EndpointUrl = args[1],
            AccessKeyId = args[2],
            SecretAccessKey = args[3]
        });
        var upload = await store.OpenUploadAsync("never", new PutOptions(PutCondition.CreateOnly), default);
        await upload.WriteAsync(new byte[PartedUpload.PartBytes + 1], default);
        Console.WriteLine("sent");
        await Console.In.ReadLineAsync();
        return 0;
    }
}
