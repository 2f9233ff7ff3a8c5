using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;
using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Reading;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Remote;
using ShardyFusion.Stores.S3;
using static ShardyFusion.Core.Tests.S3.S3Prefix;

namespace ShardyFusion.Core.Tests.S3;

/// <summary>Answers that were damaged on the way, that lead elsewhere, or that make no sense: retried where that helps, then named for what
/// they are.</summary>
public sealed class S3AnswerTests(S3Server server)
{
    static readonly int[] Keys = [.. Enumerable.Range(0, 20)];
    static readonly PutOptions Always = new(PutCondition.Always);

    async Task<(FaultProxy Proxy, S3ObjectStore Store)> OpenAsync(Func<StoreConnection, StoreConnection>? change = null)
    {
        var prefix = SnapshotPrefix.Parse(await server.NewPrefixAsync());
        var proxy = FaultProxy.Start(server.Endpoint);
        var connection = server.Connection(proxy.Endpoint);
        return (proxy, new S3ObjectStore(prefix.Bucket!, prefix.KeyPrefix, change?.Invoke(connection) ?? connection));
    }

    /// <summary>Changes the server's answer before it is passed on.</summary>
    static ProxyFault Changed(Func<string, byte[], (string Head, byte[] Body)> change) => async (proxy, request, token) =>
    {
        var answer = await proxy.ForwardAsync(request, token);
        var bodyStart = answer.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        var (head, body) = change(Encoding.Latin1.GetString(answer, 0, bodyStart), answer[bodyStart..]);
        return [.. Encoding.Latin1.GetBytes(head), .. body];
    };

    static string WithHeader(string head, string name, string? value)
    {
        var lines = head.TrimEnd().Split("\r\n").Where(line => !line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)).ToList();
        if (value is not null) lines.Add($"{name}: {value}");
        return string.Join("\r\n", lines) + "\r\n\r\n";
    }

    static ProxyFault ETag(string? value) => Changed((head, body) => (WithHeader(head, "ETag", value), body));

    static ProxyFault FlippedBit(int seed)
    {
        var random = new Random(seed);
        return Changed((head, body) =>
        {
            var damaged = body.ToArray();
            lock (random) damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            return (head, damaged);
        });
    }

    static ProxyFault Page(int status = 200, string type = "text/html; charset=utf-8") => (_, request, _) =>
    {
        const string Body = "<html><head><title>Sign in</title></head><body><p>Welcome to the network.</p></body></html>";
        return Task.FromResult<byte[]?>(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"HTTP/1.1 {status} OK\r\nContent-Type: {type}\r\nContent-Length: {Body.Length}\r\nConnection: close\r\n\r\n"
                + $"{(request.Method == "HEAD" ? "" : Body)}")));
    };

    [Fact]
    public async Task Get_BitFlippedOnTheWayOnce_ReadAgainToTheRightBytes()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var (proxy, store) = await OpenAsync();
        await using var _ = proxy;
        await using var __ = store;
        var content = Encoding.ASCII.GetBytes(new string('x', 2000));
        await store.PutAsync("o", content, Always, Token);
        proxy.On(static r => r.IsRead, FlippedBit(seed), count: 2);
        Assert.Equal(content, (await store.GetAsync("o", 1 << 20, Token))!.Content.ToArray());
        Assert.Equal(2, store.Counters.Retries);
    }

    [Fact]
    public async Task Get_BitFlippedEveryTime_SaysThatItWasDamaged()
    {
        var (proxy, store) = await OpenAsync();
        await using var _ = proxy;
        await using var __ = store;
        await store.PutAsync("o", Encoding.ASCII.GetBytes(new string('x', 2000)), Always, Token);
        proxy.On(static r => r.IsRead, FlippedBit(7), count: int.MaxValue);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => store.GetAsync("o", 1 << 20, Token));
        Assert.Equal(ErrorKind.StorageAnswer, error.Kind);
        Assert.Contains("damaged on the way", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("access key", error.RecommendedAction, StringComparison.Ordinal);
        Assert.True(error.Retryable);
    }

    public static TheoryData<string, int> ShardReads => new() { { "get", 1 }, { "get", 2 }, { "get many", 2 }, { "scan", 1 }, { "scan", 2 },
        { "download", 1 } };

    [Theory]
    [MemberData(nameof(ShardReads))]
    public async Task ShardRead_BitFlippedOnTheWay_ReadAgainAndCorruptOnlyWhenItStaysSo(string how, int nth)
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        await using var prefix = await CreateAsync(server);
        await PublishAsync(prefix.Direct, Enumerable.Range(0, 6000), new string('v', 80), new BuildOptions { ShardCount = 1 });
        static bool IsShardRead(ProxiedRequest r) => r.IsRead && r.Target.Contains("/shards/", StringComparison.Ordinal);
        prefix.Proxy.On(IsShardRead, FlippedBit(seed), nth);
        Assert.Equal(new string('v', 80) + "17", await ReadShardAsync(prefix, how));
        prefix.Proxy.On(IsShardRead, FlippedBit(seed), count: int.MaxValue);
        await Assert.ThrowsAsync<ShardCorruptException>(() => ReadShardAsync(prefix, how));
    }

    static async Task<string?> ReadShardAsync(S3Prefix prefix, string how)
    {
        using var cache = new TempFolder();
        var mode = how == "download" ? ReadMode.Download : ReadMode.Range;
        await using var reader = await prefix.OpenProxied().OpenReaderAsync(new ReaderOptions { Mode = mode, CacheDirectory = cache.Path },
            Token);
        byte[]? value = null;
        if (how == "scan")
        {
            await foreach (var row in reader.ScanAsync(null, Token))
                if (row.Key.ToString() == "17") value = row.Value.ToArray();
        }
        else
        {
            value = how == "get many" ? (await reader.GetManyAsync([17, 5000, 18], Token))[0].Value
                : (await reader.GetAsync(17, Token)).Value;
        }
        return value is null ? null : Encoding.UTF8.GetString(value);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("\"\"")]
    public async Task Get_NoETagWhileItIsReplaced_ReadAgain(string? etag)
    {
        var (proxy, store) = await OpenAsync();
        await using var _ = proxy;
        await using var __ = store;
        var written = await store.PutAsync("o", "text"u8.ToArray(), Always, Token);
        proxy.On(static r => r.IsRead, ETag(etag), count: 2);
        Assert.Equal(written.ETag, (await store.GetAsync("o", 100, Token))!.ETag);
        Assert.Equal(2, store.Counters.Retries);
    }

    [Fact]
    public async Task Get_NeverAnETag_SaysSo()
    {
        var (proxy, store) = await OpenAsync();
        await using var _ = proxy;
        await using var __ = store;
        await store.PutAsync("o", "text"u8.ToArray(), Always, Token);
        proxy.On(static r => r.IsRead, ETag(null), count: int.MaxValue);
        var error = await Assert.ThrowsAsync<UnverifiedObjectException>(() => store.GetAsync("o", 100, Token));
        Assert.Equal(ErrorKind.StorageAnswer, error.Kind);
        Assert.Contains("ETag", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"abc\"")]
    [InlineData("\"zz\"")]
    [InlineData("W/\"0123456789abcdef0123456789abcdef\"")]
    [InlineData("\"0123456789abcdef0123456789abcdef-3\"")]
    [InlineData("18446744073709551615")]
    public async Task Get_ETagThatIsNoChecksum_IsAVersionLikeAnyOther(string etag)
    {
        var (proxy, store) = await OpenAsync();
        await using var _ = proxy;
        await using var __ = store;
        await store.PutAsync("o", "text"u8.ToArray(), Always, Token);
        proxy.On(static r => r.IsRead || r.Method == "HEAD", ETag(etag), count: int.MaxValue);
        Assert.Equal(etag, (await store.GetAsync("o", 100, Token))!.ETag);
        Assert.Equal(etag, (await store.HeadAsync("o", Token))!.ETag);
        Assert.Equal(0, store.Counters.Retries);
    }

    [Fact]
    public async Task UploadPart_WithoutETag_SentAgainOrNamed()
    {
        var (proxy, store) = await OpenAsync(static c => c with { MaxRetries = 2 });
        await using var _ = proxy;
        await using var __ = store;
        proxy.On(static r => r.IsPart, ETag(null), count: 1);
        Assert.True((await store.PutInPartsAsync("p", "text"u8.ToArray(), Token)).Written);
        Assert.Equal(1, store.Counters.Retries);
        proxy.On(static r => r.IsPart, ETag(null), count: int.MaxValue);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => store.PutInPartsAsync("q", "text"u8.ToArray(), Token));
        Assert.Equal(ErrorKind.StorageAnswer, error.Kind);
        Assert.Contains("UploadPart", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, await store.CountUploadsAsync(Token));
    }

    public static TheoryData<string> Reads => ["get", "range", "tail", "head", "list"];

    static Task ReadAsync(S3ObjectStore store, string how) => how switch
    {
        "get" => store.GetAsync("o", 1000, Token),
        "range" => store.GetRangeAsync("o", 0, new byte[4], Token).AsTask(),
        "tail" => store.GetTailAsync("o", 4, Token),
        "head" => store.HeadAsync("o", Token),
        _ => ObjectStoreContract.ListAsync(store, "", null),
    };

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task WebPageInPlaceOfAnAnswer_RetriedThenNamed(string how)
    {
        var (proxy, store) = await OpenAsync();
        await using var _ = proxy;
        await using var __ = store;
        await store.PutAsync("o", "text"u8.ToArray(), Always, Token);
        proxy.On(static r => !r.IsWrite, Page(), count: 1);
        await ReadAsync(store, how);
        proxy.On(static r => !r.IsWrite, Page(), count: int.MaxValue);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => ReadAsync(store, how));
        Assert.Equal(ErrorKind.StorageAnswer, error.Kind);
        Assert.Contains("web page", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Welcome", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/xml")]
    [InlineData("text/plain")]
    public async Task List_DocumentOfAnotherKind_IsNoEmptyListing(string type)
    {
        var (proxy, store) = await OpenAsync(static c => c with { MaxRetries = 1 });
        await using var _ = proxy;
        await using var __ = store;
        proxy.On(static r => r.IsList, Page(type: type), count: int.MaxValue);
        Assert.Equal(ErrorKind.StorageAnswer, (await Assert.ThrowsAsync<ShardyFusionException>(() => ReadAsync(store, "list"))).Kind);
    }

    [Theory]
    [InlineData(301, "x-amz-bucket-region: eu-west-3", ErrorKind.WrongRegion, "eu-west-3")]
    [InlineData(307, "x-amz-bucket-region: ap-south-1", ErrorKind.WrongRegion, "ap-south-1")]
    [InlineData(307, "Location: https://bucket.s3.elsewhere.example/o", ErrorKind.StorageUnsupported, "bucket.s3.elsewhere.example")]
    [InlineData(302, "Location: https://login.example.net/?back=1", ErrorKind.StorageUnsupported, "login.example.net")]
    public async Task Redirect_NotFollowedAndNamed(int status, string header, ErrorKind kind, string named)
    {
        var (proxy, store) = await OpenAsync();
        await using var _ = proxy;
        await using var __ = store;
        proxy.On(static _ => true,
            (_, _, _) =>
            Task.FromResult<byte[]?>(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status} Elsewhere\r\n{header}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")), count: int.MaxValue);
        foreach (var how in Reads.Select(static row => row.Data))
        {
            var error = await Assert.ThrowsAsync<ShardyFusionException>(() => ReadAsync(store, how));
            Assert.Equal(kind, error.Kind);
            Assert.Contains(named, error.Message + error.RecommendedAction, StringComparison.Ordinal);
        }
        Assert.Equal(0, store.Counters.Retries);
    }

    [Theory]
    [InlineData(403, "InvalidObjectState", ErrorKind.StorageArchived, "Restore")]
    [InlineData(400, "ExpiredToken", ErrorKind.CredentialsExpired, "new temporary credentials")]
    [InlineData(403, "RequestTimeTooSkewed", ErrorKind.ClockSkewed, "clock")]
    [InlineData(403, "NotSignedUp", ErrorKind.StorageDenied, "does not know this access key")]
    [InlineData(403, "InvalidAccessKeyId", ErrorKind.StorageDenied, "does not know this access key")]
    [InlineData(403, "AccessDenied", ErrorKind.StorageDenied, "wrong access key")]
    [InlineData(401, "Unauthorized", ErrorKind.StorageDenied, "wrong access key")]
    public async Task Refusal_HasItsOwnKindAndAdvice(int status, string code, ErrorKind kind, string advice)
    {
        var (proxy, store) = await OpenAsync();
        await using var _ = proxy;
        await using var __ = store;
        proxy.On(static _ => true, FaultProxy.Status(status, code), count: int.MaxValue);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => ReadAsync(store, "get"));
        Assert.Equal(kind, error.Kind);
        Assert.Contains(advice, error.RecommendedAction, StringComparison.Ordinal);
        Assert.Single(proxy.Requests);
    }

    public static TheoryData<string, string> NotFounds => new()
    {
        { "application/xml", "<?xml version=\"1.0\"?><Error><Code>NoSuchFileOrThing</Code></Error>" },
        { "application/xml", "<?xml version=\"1.0\"?><Error><Code>InternalError</Code></Error>" },
        { "application/xml", "<?xml version=\"1.0\"?><Error><Co" },
        { "application/json", "{\"error\":\"not here\"}" },
        { "text/html", "<html><body>404" },
        { "text/plain", "" },
    };

    [Theory]
    [MemberData(nameof(NotFounds))]
    public async Task NotFound_InWhateverWords_IsAMissingObject(string type, string body)
    {
        var (proxy, store) = await OpenAsync();
        await using var _ = proxy;
        await using var __ = store;
        proxy.On(static _ => true, (_, request, _) => Task.FromResult<byte[]?>(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 404 Nothing\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"
                + $"{(request.Method == "HEAD" ? "" : body)}")), count: int.MaxValue);
        Assert.Null(await store.GetAsync("o", 10, Token));
        Assert.Null(await store.HeadAsync("o", Token));
        Assert.False((await store.PutAsync("o", default, new PutOptions(PutCondition.IfMatch("\"x\"")), Token)).Written);
        Assert.Equal(ErrorKind.StorageNotFound, (await Assert.ThrowsAsync<ShardyFusionException>(() => ReadAsync(store, "list"))).Kind);
        Assert.Equal(0, store.Counters.Retries);
    }

    [Fact]
    public async Task Refusal_CutShort_IsAskedForAgain()
    {
        const string Body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>NoSuchKey</Code><Message></Message><Buck";
        var (proxy, store) = await OpenAsync();
        await using var _ = proxy;
        await using var __ = store;
        var cut = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"HTTP/1.1 404 No\r\nContent-Type: application/xml\r\nContent-Length: {Body.Length}\r\nConnection: close\r\n\r\n{Body}"));
        proxy.On(static r => r.IsRead, (_, _, _) => Task.FromResult<byte[]?>(cut), count: 1);
        Assert.Null(await store.GetAsync("missing", 100, Token));
        Assert.Equal(2, proxy.Requests.Count(static r => r.IsRead));
    }

    [Fact]
    public async Task Pointer_ETagOfOtherContentForGood_ReadAndRepairedByPublishAndRollback()
    {
        await using var prefix = await CreateAsync(server);
        var first = await PublishAsync(prefix.Direct, Keys, "first");
        prefix.Proxy.On(static r => r.IsRead && r.Target.EndsWith("/_CURRENT", StringComparison.Ordinal),
            ETag("\"0123456789abcdef0123456789abcdef\""), count: int.MaxValue);
        var store = prefix.OpenProxied();
        Assert.Equal(first.RunId, (await store.GetInfoAsync(SnapshotSelector.Current, Token)).RunId);
        Assert.Equal(Rows(Keys, "first"), await prefix.ReadAllAsync(store));
        Assert.True((await PublishAsync(store, Keys, "second")).Published);
        Assert.Equal(Rows(Keys, "second"), await prefix.ReadAllAsync());
        Assert.True((await store.RollbackAsync(await store.PlanRollbackAsync(new SnapshotSelector { Offset = 1 }, Token), false,
            Token)).Changed);
        Assert.Equal(Rows(Keys, "first"), await prefix.ReadAllAsync());
    }

    [Fact]
    public async Task Pointer_NoETagForGood_ReadAndRepaired()
    {
        await using var prefix = await CreateAsync(server);
        await PublishAsync(prefix.Direct, Keys, "first");
        prefix.Proxy.On(static r => r.IsRead && r.Target.EndsWith("/_CURRENT", StringComparison.Ordinal), ETag(null), count: int.MaxValue);
        var store = prefix.OpenProxied();
        Assert.Equal(Rows(Keys, "first"), await prefix.ReadAllAsync(store));
        Assert.True((await PublishAsync(store, Keys, "second")).Published);
        Assert.Equal(Rows(Keys, "second"), await prefix.ReadAllAsync());
    }

    [Fact]
    public async Task Pointer_NoETagAnywhere_NothingIsPublishedUnconditionally()
    {
        await using var prefix = await CreateAsync(server);
        await PublishAsync(prefix.Direct, Keys, "first");
        prefix.Proxy.On(static r => (r.IsRead || r.Method == "HEAD") && r.Target.EndsWith("/_CURRENT", StringComparison.Ordinal),
            ETag(null), count: int.MaxValue);
        var store = prefix.OpenProxied();
        Assert.Equal(Rows(Keys, "first"), await prefix.ReadAllAsync(store));
        Assert.Equal(ErrorKind.StoreUnsafe,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => PublishAsync(store, Keys, "second"))).Kind);
        Assert.Equal(Rows(Keys, "first"), await prefix.ReadAllAsync());
    }

    public static TheoryData<string> Failures => [.. Cases.Keys];

    const string LibraryText = "Expected hash not equal to calculated hash (Parameter 'hex')";

    /// <summary>Everything that the SDK, HTTP and .NET throw on the way to an answer and back, with a text that nobody is to see.</summary>
    static readonly Dictionary<string, Func<Exception>> Cases = new()
    {
        ["AmazonClientException"] = static () => new AmazonClientException(LibraryText),
        ["AmazonClientException in AmazonClientException"] = static () =>
        new AmazonClientException("x", new AmazonClientException(LibraryText)),
        ["AmazonUnmarshallingException"] = static () =>
        new AmazonUnmarshallingException("id", "place", new System.Xml.XmlException(LibraryText)),
        ["AmazonServiceException without an answer"] = static () => new AmazonServiceException(LibraryText),
        ["AmazonServiceException with IOException"] = static () => new AmazonServiceException(LibraryText, new IOException(LibraryText)),
        ["AmazonS3Exception 400"] = static () => S3(400, "SomethingOdd"),
        ["AmazonS3Exception with a sentence as code"] = static () => S3(400, LibraryText),
        ["AmazonS3Exception 403"] = static () => S3(403, "AccessDenied"),
        ["AmazonS3Exception 404"] = static () => S3(404, "Gone"),
        ["AmazonS3Exception 416"] = static () => S3(416, "InvalidRange"),
        ["AmazonS3Exception 500"] = static () => S3(500, LibraryText),
        ["AmazonS3Exception 599"] = static () => S3(599, ""),
        ["AmazonS3Exception 200"] = static () => S3(200, "InternalError"),
        ["HttpErrorResponseException"] = static () => new HttpErrorResponseException(LibraryText, null),
        ["HttpRequestException"] = static () => new HttpRequestException(LibraryText),
        ["HttpRequestException of a socket"] = static () =>
        new HttpRequestException(LibraryText, new SocketException((int)SocketError.ConnectionRefused)),
        ["HttpRequestException of TLS"] = static () => new HttpRequestException(LibraryText, new AuthenticationException(LibraryText)),
        ["HttpIOException"] = static () => new HttpIOException(HttpRequestError.ResponseEnded, LibraryText),
        ["IOException"] = static () => new IOException(LibraryText),
        ["EndOfStreamException"] = static () => new EndOfStreamException(LibraryText),
        ["SocketException"] = static () => new SocketException((int)SocketError.ConnectionReset),
        ["AuthenticationException"] = static () => new AuthenticationException(LibraryText),
        ["ArgumentOutOfRangeException"] = static () => new ArgumentOutOfRangeException("hex", LibraryText),
        ["ArgumentException"] = static () => new ArgumentException(LibraryText),
        ["FormatException"] = static () => new FormatException(LibraryText),
        ["OverflowException"] = static () => new OverflowException(LibraryText),
        ["XmlException"] = static () => new System.Xml.XmlException(LibraryText),
        ["InvalidOperationException"] = static () => new InvalidOperationException(LibraryText),
        ["InvalidDataException"] = static () => new InvalidDataException(LibraryText),
        ["NotSupportedException"] = static () => new NotSupportedException(LibraryText),
        ["UriFormatException"] = static () => new UriFormatException(LibraryText),
        ["AggregateException"] = static () => new AggregateException(LibraryText, new IOException(LibraryText)),
        ["TimeoutException"] = static () => new TimeoutException(LibraryText),
        ["TaskCanceledException of nobody"] = static () => new TaskCanceledException(LibraryText),
    };

    static AmazonS3Exception S3(int status, string code) => new(LibraryText)
    {
        StatusCode = (System.Net.HttpStatusCode)status,
        ErrorCode = code,
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task AnyFailure_TypedInOurOwnWords(string name)
    {
        using var client = new AmazonS3Client(new BasicAWSCredentials("a", "b"), new AmazonS3Config { ServiceURL = "http://127.0.0.1:9" });
        var connection = new StoreConnection { MaxRetries = 2, RetryDelay = TimeSpan.FromMilliseconds(1) };
        using var requests = new StoreRequests<IAmazonS3>(client, "http://127.0.0.1:9", S3Faults.Instance,
            new RequestSettings(connection, new StoreCounters(), TimeProvider.System));
        foreach (var isSent in new[] { true, false })
        {
            var error = await Assert.ThrowsAnyAsync<ShardyFusionException>(() => requests.RunAsync<int>(S3Actions.Get, "s3://bucket/o",
                async (_, token) =>
            {
                if (isSent) await StoreAttempt.Current!.ReadyAsync(token);
                throw Cases[name]();
            }, Token));
            foreach (var text in new[] { error.Message, error.RecommendedAction })
            {
                Assert.DoesNotContain(LibraryText, text, StringComparison.Ordinal);
                Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
                Assert.DoesNotContain("Parameter", text, StringComparison.Ordinal);
            }
            Assert.StartsWith("GetObject on s3://bucket/o ", error.Message, StringComparison.Ordinal);
        }
    }
}
