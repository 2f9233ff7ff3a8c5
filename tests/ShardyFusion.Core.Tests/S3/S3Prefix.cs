using Amazon.S3.Model;
using ShardyFusion.Building;
using ShardyFusion.Core.Tests.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Reading;
using ShardyFusion.Stores;
using ShardyFusion.Stores.S3;

namespace ShardyFusion.Core.Tests.S3;

/// <summary>One unused snapshot prefix on the real server: reached directly, and through a proxy that can spoil requests.</summary>
sealed class S3Prefix : IAsyncDisposable
{
    readonly S3Server server;
    readonly List<SnapshotStore> stores = [];

    S3Prefix(S3Server server, string prefix)
    {
        this.server = server;
        Path = prefix;
        Proxy = FaultProxy.Start(server.Endpoint);
        Objects = (S3ObjectStore)ObjectStores.Open(prefix, server.Connection());
        Direct = Open(server.Connection());
    }

    public static async Task<S3Prefix> CreateAsync(S3Server server) => new(server, await server.NewPrefixAsync());

    /// <summary>A prefix of a bucket that the caller made.</summary>
    public static S3Prefix Existing(S3Server server, string prefix) => new(server, prefix);

    /// <summary>In a bucket that keeps every version of an object.</summary>
    public static async Task<S3Prefix> CreateVersionedAsync(S3Server server)
    {
        const string Bucket = "shardyfusion-tests-versioned";
        var path = (await server.NewPrefixAsync()).Split('/')[^1];
        using var client = server.Client();
        try
        {
            await client.PutBucketAsync(Bucket, Token);
        }
        catch (Amazon.S3.AmazonS3Exception e) when (e.ErrorCode is "BucketAlreadyOwnedByYou" or "BucketAlreadyExists")
        {
        }
        await client.PutBucketVersioningAsync(new PutBucketVersioningRequest
        {
            BucketName = Bucket,
            VersioningConfig = new S3BucketVersioningConfig { Status = Amazon.S3.VersionStatus.Enabled }
        }, Token);
        return new S3Prefix(server, $"s3://{Bucket}/{path}");
    }

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary><c>s3://bucket/path</c>.</summary>
    public string Path { get; }

    public FaultProxy Proxy { get; }

    /// <summary>The bare object store, without a proxy.</summary>
    public S3ObjectStore Objects { get; }

    /// <summary>The snapshots, without a proxy.</summary>
    public SnapshotStore Direct { get; }

    /// <summary>Connects through the proxy.</summary>
    /// <param name="change">Other settings.</param>
    /// <param name="clock">Another clock.</param>
    /// <param name="isKnown">False when the probe that precedes the first publish through a new endpoint is part of the test.</param>
    public SnapshotStore OpenProxied(Func<StoreConnection, StoreConnection>? change = null, TimeProvider? clock = null, bool isKnown = true)
    {
        var connection = server.Connection(Proxy.Endpoint);
        if (isKnown) Vouch();
        return Open(change?.Invoke(connection) ?? connection, clock);
    }

    /// <summary>Tells this process that the store behind the proxy honours conditions.</summary>
    public void Vouch()
    {
        var store = (S3ObjectStore)ObjectStores.Open(Path, server.Connection(Proxy.Endpoint));
        store.Record(new StoreVerdict(true, "The test says so.", DateTimeOffset.UtcNow));
        _ = store.DisposeAsync().AsTask();
    }

    public SnapshotStore Open(StoreConnection connection, TimeProvider? clock = null)
    {
        var store = SnapshotStore.Open(Path, connection, clock);
        stores.Add(store);
        return store;
    }

    /// <summary>Publishes integer keys, each with the value <c>text</c> + key.</summary>
    public static async Task<BuildResult> PublishAsync(SnapshotStore store, IEnumerable<int> keys, string text = "v",
        BuildOptions? options = null)
    {
        await using var build = await store.StartBuildAsync(options ?? new BuildOptions { ShardCount = 4 }, null, Token);
        foreach (var key in keys) build.Add(key, text + key);
        return await build.CompleteAsync(Token);
    }

    /// <summary>All rows of the current snapshot as "key=value", sorted, through a reader of its own; null without a snapshot.</summary>
    public async Task<SortedSet<string>> ReadAllAsync(SnapshotStore? store = null)
    {
        await using var reader = await (store ?? Direct).OpenReaderAsync(new ReaderOptions { Mode = ReadMode.Range, MaxFallbacks = 0 },
            Token);
        var rows = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var row in reader.ScanAsync(null, Token))
            Assert.True(rows.Add($"{row.Key}={System.Text.Encoding.UTF8.GetString(row.Value)}"));
        Assert.Equal(reader.Info.RowCount, rows.Count);
        return rows;
    }

    public static SortedSet<string> Rows(IEnumerable<int> keys, string text = "v") =>
        new(keys.Select(key => $"{key}={text}{key}"), StringComparer.Ordinal);

    public Task<List<string>> KeysAsync(string below = "") => BuiltSnapshots.KeysAsync(Objects, below);

    /// <summary>Keys of uploads in parts that were neither completed nor aborted, as the server lists them.</summary>
    public async Task<List<string>> UploadsAsync()
    {
        var parts = Path["s3://".Length..].Split('/', 2);
        using var client = server.Client();
        var uploads = await client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest
        {
            BucketName = parts[0],
            Prefix = parts[1]
            + "/"
        }, Token);
        return [.. (uploads.MultipartUploads ?? []).Select(upload => upload.Key[(parts[1].Length + 1)..])];
    }

    /// <summary>Begins an upload in parts, as a build does that dies then.</summary>
    public async Task StartUploadAsync(string key)
    {
        var parts = Path["s3://".Length..].Split('/', 2);
        using var client = server.Client();
        await client.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest { BucketName = parts[0], Key = $"{parts[1]}/{key}" },
            Token);
    }

    /// <summary>Takes the bucket's policy away.</summary>
    public async Task DropPolicyAsync()
    {
        using var client = server.Client();
        await client.DeleteBucketPolicyAsync(Path["s3://".Length..].Split('/')[0], Token);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in stores)
            await store.DisposeAsync();
        await Objects.DisposeAsync();
        await Proxy.DisposeAsync();
    }
}
