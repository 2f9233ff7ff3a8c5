using System.Globalization;
using System.Text;
using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Maintenance;
using ShardyFusion.Reading;
using ShardyFusion.Stores;
using ShardyFusion.Stores.S3;
using static ShardyFusion.Core.Tests.S3.S3Prefix;

namespace ShardyFusion.Core.Tests.Cases;

/// <summary>The numbered cases about S3: characters of a prefix, endpoints of the environment, refused checksums, answers that are
/// errors.</summary>
public sealed class CaseS3Tests(S3Server server)
{
    static readonly int[] Keys = [.. Enumerable.Range(0, 30)];

    public static TheoryData<string> Paths => ["sp ace", "pl+us", "per%cent", "ha#sh", "emoji-😀", "percent%20encoded", "a&b=c;d,e",
        "quo'te", "ü/ö", "100%25", "~tilde(1)!", "日本", "[x]{y}|z"];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Case47_S3PrefixCharacters_WholeStoryKeepsEveryRow(string path)
    {
        var prefix = $"{await server.NewPrefixAsync()}/{path}";
        await using var store = SnapshotStore.Open(prefix, server.Connection());
        await using var objects = ObjectStores.Open(prefix, server.Connection());
        await using var copy = SnapshotStore.Open(prefix + "/copy of it", server.Connection());
        var first = await PublishAsync(store, Keys, "first");
        await PublishAsync(store, Keys, "second");
        Assert.StartsWith(prefix + "/", (await store.GetInfoAsync(SnapshotSelector.Current, Token)).ManifestRef, StringComparison.Ordinal);
        Assert.Equal("second7", await ValueAsync(store));
        await store.RollbackAsync(await store.PlanRollbackAsync(new SnapshotSelector { Offset = 1 }, Token), false, Token);
        var history = new List<string>();
        await foreach (var entry in store.GetHistoryAsync(null, Token)) history.Add(entry.RunId);
        Assert.Contains(first.RunId, history);
        Assert.Equal(2, history.Count);
        var copied = await store.CopyToAsync(copy, new CopyOptions { Publish = true }, null, Token);
        Assert.Equal(copied.ShardsCopied, copied.ShardsCopiedByStore);
        Assert.Equal("first7", await ValueAsync(copy));
        Assert.All(await objects.DeleteAsync(await BuiltSnapshots.KeysAsync(objects, ""), Token), static r => Assert.Null(r.Error));
        Assert.Empty(await BuiltSnapshots.KeysAsync(objects, ""));
    }

    static async Task<string> ValueAsync(SnapshotStore store)
    {
        await using var reader = await store.OpenReaderAsync(new ReaderOptions { Mode = ReadMode.Range }, Token);
        return Encoding.UTF8.GetString((await reader.GetAsync(7, Token)).Value!);
    }

    public static TheoryData<string> Sources => ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "profile", "services"];

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task Case48_S3EndpointEnv_IsACustomEndpointLikeAGivenOne(string source)
    {
        await using var prefix = await CreateAsync(server);
        await PublishAsync(prefix.Direct, Keys);
        using var folder = new Stores.TempFolder();
        var config = Path.Combine(folder.Path, "config");
        await File.WriteAllTextAsync(config, source switch
        {
            "profile" =>
                $"[profile elsewhere]\nregion = us-east-1\naws_access_key_id = {server.AccessKey}\n"
                    + $"aws_secret_access_key = {server.SecretKey}\nendpoint_url = {prefix.Proxy.Endpoint}\n",
            "services" =>
            $"[profile elsewhere]\nregion = us-east-1\naws_access_key_id = {server.AccessKey}\naws_secret_access_key = {server.SecretKey}\n"
                + $"services = mine\n\n[services mine]\ns3 =\n  endpoint_url = {prefix.Proxy.Endpoint}\n",
            _ => "[default]\n",
        }, Token);
        var variables = new Dictionary<string, string>
        {
            ["AWS_CONFIG_FILE"] = config,
            ["AWS_SHARED_CREDENTIALS_FILE"] = Path.Combine(folder.Path, "none"),
            ["AWS_ACCESS_KEY_ID"] = source.StartsWith("AWS", StringComparison.Ordinal) ? server.AccessKey : "",
            ["AWS_SECRET_ACCESS_KEY"] = source.StartsWith("AWS", StringComparison.Ordinal) ? server.SecretKey : "",
            [source.StartsWith("AWS", StringComparison.Ordinal) ? source : "SHARDYFUSION_UNUSED"] = prefix.Proxy.Endpoint,
        };
        await using var child = ChildProcess.Start(DescribeAsync, variables, prefix.Path, source.StartsWith("AWS", StringComparison.Ordinal)
            ? "" : "elsewhere");
        Assert.Equal($"known=False endpoint={prefix.Proxy.Endpoint} rows={Keys.Length}", await child.ReadLineAsync());
        Assert.All(prefix.Proxy.Requests, r => Assert.StartsWith("/" + prefix.Path["s3://".Length..].Split('/')[0] + "/", r.Target,
            StringComparison.Ordinal));
        Assert.NotEmpty(prefix.Proxy.Requests);
    }

    /// <summary>In a process of its own, with an environment of its own: a store that nobody has probed yet is not taken for AWS.</summary>
    static async Task<int> DescribeAsync(string[] args)
    {
        var connection = new StoreConnection { ProfileName = args[1].Length == 0 ? null : args[1] };
        await using var objects = ObjectStores.Open(args[0], connection);
        await using var store = SnapshotStore.Open(args[0], connection);
        var endpoint = objects.Description.Split(',')[0]["endpoint ".Length..];
        var rows = (await store.GetInfoAsync(SnapshotSelector.Current, CancellationToken.None)).RowCount;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"known={objects.Capabilities.ConditionalWrites == true} endpoint={endpoint.TrimEnd('/')} rows={rows}"));
        return 0;
    }

    static bool HasChecksum(ProxiedRequest r) =>
        r.Names.Any(static name => name.StartsWith("x-amz-checksum", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("x-amz-sdk-checksum", StringComparison.OrdinalIgnoreCase)
            || name.Equals("x-amz-trailer", StringComparison.OrdinalIgnoreCase))
        || r.Header("x-amz-content-sha256")?.StartsWith("STREAMING", StringComparison.Ordinal) == true
        || r.Header("content-encoding")?.Contains("aws-chunked", StringComparison.Ordinal) == true;

    [Theory]
    [InlineData(400, "InvalidArgument")]
    [InlineData(501, "NotImplemented")]
    [InlineData(400, "XAmzContentSHA256Mismatch2")]
    public async Task Case49_S3ChecksumRefused_EveryVerbThatWritesWorks(int status, string code)
    {
        await using var prefix = await CreateAsync(server);
        await using var second = await CreateAsync(server);
        prefix.Proxy.On(HasChecksum, FaultProxy.Status(status, code), count: int.MaxValue);
        var store = prefix.OpenProxied();
        Assert.Equal(StoreFitness.Fit, StoreProbe.Judge(await store.ProbeAsync(Token)));
        var old = await PublishAsync(store, Keys, "old");
        await using (var build = await store.StartBuildAsync(new BuildOptions { ShardCount = 1 }, null, Token))
        {
            Remote.LostAnswerTests.AddLargeRows(build);
            Assert.True((await build.CompleteAsync(Token)).Published);
        }
        await store.RollbackAsync(await store.PlanRollbackAsync(new SnapshotSelector { RunId = old.RunId }, Token), false, Token);
        Assert.Equal(Rows(Keys, "old"), await prefix.ReadAllAsync(store));
        // Deletions: the SDK wants a checksum with a batch of them.
        await using var objects = (S3ObjectStore)ObjectStores.Open(prefix.Path, server.Connection(prefix.Proxy.Endpoint));
        var keys = await BuiltSnapshots.KeysAsync(objects, "");
        Assert.True(keys.Count > 5);
        Assert.All(await objects.DeleteAsync(keys, Token), static r => Assert.Null(r.Error));
        Assert.Empty(await BuiltSnapshots.KeysAsync(objects, ""));
    }

    public static TheoryData<string, int, string, ErrorKind, string> Errors => new()
    {
        { "301", 301, "PermanentRedirect", ErrorKind.WrongRegion, "region" },
        { "expired", 400, "ExpiredToken", ErrorKind.CredentialsExpired, "new temporary credentials" },
        { "skew", 403, "RequestTimeTooSkewed", ErrorKind.ClockSkewed, "clock" },
        { "403", 403, "AccessDenied", ErrorKind.StorageDenied, "Allow s3:" },
        { "archived", 403, "InvalidObjectState", ErrorKind.StorageArchived, "RestoreObject" },
        { "html", 200, "", ErrorKind.StorageAnswer, "proxy" },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task Case50_S3Errors_GetAndHistoryNameThem(string what, int status, string code, ErrorKind kind, string advice)
    {
        await using var prefix = await CreateAsync(server);
        await PublishAsync(prefix.Direct, Keys);
        prefix.Proxy.On(static _ => true, what == "html" ? Page : FaultProxy.Status(status, code), count: int.MaxValue);
        var store = prefix.OpenProxied(static c => c with { MaxRetries = 2 });
        Func<Task>[] verbs =
        [
            async () => await CloseAsync(await store.OpenReaderAsync(new ReaderOptions(), Token)),
            async () => { await foreach (var _ in store.GetHistoryAsync(null, Token)) { } },
            () => store.GetInfoAsync(SnapshotSelector.Current, Token),
            () => PublishAsync(store, Keys),
        ];
        foreach (var verb in verbs)
        {
            var error = await Assert.ThrowsAnyAsync<ShardyFusionException>(verb);
            Assert.Equal(kind, error.Kind);
            Assert.Contains(advice, error.RecommendedAction, StringComparison.Ordinal);
        }

        static ValueTask CloseAsync(SnapshotReader reader) => reader.DisposeAsync();
    }

    [Fact]
    public async Task Case50_S3Errors_ArchivedShard_OtherShardsAreReadAndTheErrorNamesIt()
    {
        await using var prefix = await CreateAsync(server);
        await PublishAsync(prefix.Direct, Keys, options: new BuildOptions { ShardCount = 2 });
        prefix.Proxy.On(static r => r.IsRead && Uri.UnescapeDataString(r.Target).Contains("db=00001", StringComparison.Ordinal),
            FaultProxy.Status(403, "InvalidObjectState"), count: int.MaxValue);
        await using var reader = await prefix.OpenProxied().OpenReaderAsync(new ReaderOptions { Mode = ReadMode.Range }, Token);
        var archived = 0;
        foreach (var key in Keys)
        {
            if (reader.ResolveShard(key) == 0)
            {
                Assert.True((await reader.GetAsync(key, Token)).Found);
                continue;
            }
            archived++;
            var error = await Assert.ThrowsAsync<ShardyFusionException>(async () => await reader.GetAsync(key, Token));
            Assert.Equal(ErrorKind.StorageArchived, error.Kind);
            Assert.Contains("db=00001", error.Message, StringComparison.Ordinal);
        }
        Assert.True(archived > 0);
    }

    static ProxyFault Page { get; } = static (_, request, _) =>
    {
        const string Body = "<html><body>Sign in first.</body></html>";
        return Task.FromResult<byte[]?>(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {Body.Length}\r\nConnection: close\r\n\r\n"
                + $"{(request.Method == "HEAD" ? "" : Body)}")));
    };
}
