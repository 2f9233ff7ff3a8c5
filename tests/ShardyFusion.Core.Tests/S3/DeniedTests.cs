using System.Text;
using Amazon.S3.Model;
using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Reading;
using static ShardyFusion.Core.Tests.S3.S3Prefix;

namespace ShardyFusion.Core.Tests.S3;

/// <summary>Builds and readers that the store refuses: typed errors that say what to do, and no secret anywhere.</summary>
public sealed class DeniedTests(S3Server server)
{
    const string WrongSecret = "wr0ng/S3cret+value=that-nobody-may-see", SessionToken = "FwoGZXIvYXdzEtoken+that/nobody=may-see";

    static readonly int[] Keys = [.. Enumerable.Range(0, 20)];

    /// <summary>Every operation of the facade, each of which must fail in the same way.</summary>
    static Dictionary<string, Func<SnapshotStore, Task>> Operations => new()
    {
        ["build"] = static store => PublishAsync(store, Keys),
        ["plan build"] = static store => store.PlanBuildAsync(new BuildOptions(), Token),
        ["history"] = static async store => { await foreach (var _ in store.GetHistoryAsync(null, Token)) { } },
        ["info"] = static store => store.GetInfoAsync(SnapshotSelector.Current, Token),
        ["rollback"] = static store => store.PlanRollbackAsync(new SnapshotSelector { Offset = 1 }, Token),
        ["open"] = static store => store.OpenReaderAsync(new ReaderOptions(), Token),
    };

    /// <summary>All that a user or a log could get to see of an error.</summary>
    static string AllTextOf(Exception error)
    {
        var text = new StringBuilder(error.ToString());
        for (var inner = error; inner is not null; inner = inner.InnerException)
        {
            text.AppendLine().Append(inner.Message).Append(inner.Data.Count);
            if (inner is ShardyFusionException typed) text.AppendLine().Append(typed.RecommendedAction).Append(typed.Target);
        }
        return text.ToString();
    }

    void AssertNoSecret(string text)
    {
        foreach (var secret in new[] { WrongSecret, Uri.EscapeDataString(WrongSecret), SessionToken, Uri.EscapeDataString(SessionToken),
            server.SecretKey })
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
    }

    async Task<ShardyFusionException> FailsAsync(SnapshotStore store, Func<SnapshotStore, Task> operation, ErrorKind kind, string advice)
    {
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => operation(store));
        Assert.Equal(kind, error.Kind);
        Assert.False(error.Retryable);
        Assert.Contains(advice, error.RecommendedAction, StringComparison.Ordinal);
        AssertNoSecret(AllTextOf(error));
        AssertNoSecret($"{store} {store.Prefix}");
        return error;
    }

    async Task EveryOperationFailsAsync(SnapshotStore store, ErrorKind kind, string advice)
    {
        foreach (var (_, operation) in Operations)
            await FailsAsync(store, operation, kind, advice);
        var health = await store.CheckHealthAsync(new HealthOptions(), Token);
        Assert.Equal((HealthStatus.Unhealthy, kind), (health.Status, health.ErrorKind));
        AssertNoSecret(health + string.Join(' ', health.Reasons));
        Assert.Equal(0, store.Counters.Retries);
    }

    [Fact]
    public async Task WrongSecret_EveryOperationIsDeniedAtOnce()
    {
        await using var prefix = await CreateAsync(server);
        var connection = server.Connection() with { SecretAccessKey = WrongSecret };
        await EveryOperationFailsAsync(prefix.Open(connection), ErrorKind.StorageDenied, "The secret does not fit the access key");
        AssertNoSecret($"{connection} {string.Join(' ', connection.Validate())}");
    }

    [Fact]
    public async Task UnknownAccessKey_EveryOperationIsDeniedAtOnce()
    {
        await using var prefix = await CreateAsync(server);
        await EveryOperationFailsAsync(prefix.Open(server.Connection() with { AccessKeyId = "nobody", SecretAccessKey = WrongSecret }),
            ErrorKind.StorageDenied, "access key");
    }

    [Fact]
    public async Task UnknownBucket_EveryOperationSaysSo()
    {
        await server.RequireAsync();
        await using var store = SnapshotStore.Open("s3://no-such-bucket-here/path", server.Connection());
        await EveryOperationFailsAsync(store, ErrorKind.StorageNotFound, "bucket");
    }

    // The gateway of the tests takes any session token; the answer is AWS's.
    [Fact]
    public async Task ExpiredToken_EveryOperationAsksForNewCredentials()
    {
        await using var prefix = await CreateAsync(server);
        prefix.Proxy.On(static _ => true, FaultProxy.Status(400, "ExpiredToken"), count: int.MaxValue);
        await EveryOperationFailsAsync(prefix.OpenProxied(static c => c with
        {
            SecretAccessKey = WrongSecret,
            SessionToken = SessionToken
        }), ErrorKind.CredentialsExpired, "expired");
        Assert.All(prefix.Proxy.Requests, static r => Assert.Equal(SessionToken, r.Header("x-amz-security-token")));
    }

    [Fact]
    public async Task TokenExpiresDuringABuild_DeniedAndTheOldSnapshotStays()
    {
        await using var prefix = await CreateAsync(server);
        await PublishAsync(prefix.Direct, Keys, "old");
        var hasExpired = false;
        prefix.Proxy.On(r => hasExpired |= r.IsWrite && r.Target.Contains("/shards/", StringComparison.Ordinal),
            FaultProxy.Status(400, "ExpiredToken"), count: int.MaxValue);
        await FailsAsync(prefix.OpenProxied(), Operations["build"], ErrorKind.CredentialsExpired, "expired");
        Assert.Equal(Rows(Keys, "old"), await prefix.ReadAllAsync());
    }

    /// <summary>A bucket of its own with a policy that denies one action; the server enforces it.</summary>
    async Task<S3Prefix> CreateDenyingAsync(string action, string resource)
    {
        await server.RequireAsync();
        var bucket = $"shardyfusion-denied-{Guid.NewGuid():N}";
        using var client = server.Client();
        await client.PutBucketAsync(bucket, Token);
        var prefix = Existing(server, $"s3://{bucket}/snap");
        await PublishAsync(prefix.Direct, Keys, "old");
        await PublishAsync(prefix.Direct, Keys, "new");
        await client.PutBucketPolicyAsync(new PutBucketPolicyRequest
        {
            BucketName = bucket,
            Policy = $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"{{action}}","""
                + $$""" "Resource":"arn:aws:s3:::{{bucket}}{{resource}}"}]}""",
        }, Token);
        return prefix;
    }

    [Theory]
    [InlineData("s3:PutObject", "/snap/runs/*", "build", "PutObject", "/runs/_LOCK")]
    [InlineData("s3:PutObject", "/snap/shards/*", "build", "PutObject", "/shards/run_id=")]
    [InlineData("s3:PutObject", "/snap/manifests/*", "build", "PutObject", "/manifests/")]
    [InlineData("s3:PutObject", "/snap/_CURRENT", "build", "PutObject", "/_CURRENT")]
    [InlineData("s3:GetObject", "/snap/_CURRENT", "open", "GetObject", "/_CURRENT")]
    [InlineData("s3:GetObject", "/snap/manifests/*", "open", "GetObject", "/manifests/")]
    [InlineData("s3:ListBucket", "", "history", "ListObjectsV2", "/manifests/")]
    public async Task DeniedAction_NamesActionAndResource_OldSnapshotStays(string action, string resource, string operation, string request,
        string target)
    {
        await using var prefix = await CreateDenyingAsync(action, resource);
        var error = await FailsAsync(prefix.Direct, Operations[operation], ErrorKind.StorageDenied, action);
        Assert.Contains($"{request} on {prefix.Path}", error.Message, StringComparison.Ordinal);
        Assert.Contains(target, error.Message, StringComparison.Ordinal);
        Assert.Contains("AccessDenied", error.Message, StringComparison.Ordinal);

        await prefix.DropPolicyAsync();
        Assert.Equal(Rows(Keys, "new"), await prefix.ReadAllAsync());
        var failed = (await BuiltSnapshots.RunsAsync(prefix.Objects)).Where(static run => run.Status != RunStatus.Succeeded).ToList();
        Assert.All(failed, static run => Assert.Equal((RunStatus.Failed, "StorageDenied"), (run.Status, run.ErrorType)));
        // Whoever may write the record has it, unless the record itself is what may not be written.
        Assert.Equal(operation == "build" && !resource.Contains("runs", StringComparison.Ordinal) ? 1 : 0, failed.Count);
        foreach (var key in await prefix.KeysAsync())
            AssertNoSecret(Encoding.UTF8.GetString((await prefix.Objects.GetAsync(key, 1 << 20, Token))!.Content.Span));
        // The next build is not in the way of anything.
        await PublishAsync(prefix.Direct, Keys, "next");
    }

    [Fact]
    public async Task DeniedShardRead_LookupNamesTheShard_OthersWork()
    {
        await using var prefix = await CreateDenyingAsync("s3:GetObject", "/snap/shards/*db=00001*");
        await using var reader = await prefix.Direct.OpenReaderAsync(new ReaderOptions { Mode = ReadMode.Range }, Token);
        var denied = 0;
        foreach (var key in Keys)
        {
            if (reader.ResolveShard(key) != 1)
            {
                Assert.True((await reader.GetAsync(key, Token)).Found);
                continue;
            }
            denied++;
            var error = await FailsAsync(prefix.Direct, async _ => await reader.GetAsync(key, Token), ErrorKind.StorageDenied,
                "s3:GetObject");
            Assert.Contains("/db=00001/", error.Message, StringComparison.Ordinal);
        }
        Assert.True(denied > 0);
    }

    [Fact]
    public async Task DeniedDelete_BuildSucceeds()
    {
        await using var prefix = await CreateDenyingAsync("s3:DeleteObject", "/snap/*");
        Assert.True((await PublishAsync(prefix.Direct, Keys, "next")).Published);
        Assert.Equal(Rows(Keys, "next"), await prefix.ReadAllAsync());
    }

    [Fact]
    public async Task DeniedListOfUploads_BuildSucceeds()
    {
        await using var prefix = await CreateDenyingAsync("s3:ListBucketMultipartUploads", "");
        Assert.True((await PublishAsync(prefix.Direct, Keys, "next")).Published);
    }
}
