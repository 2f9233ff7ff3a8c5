using ShardyFusion.Building;
using ShardyFusion.Core.Tests.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Reading;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Remote;

namespace ShardyFusion.Core.Tests.Remote;

/// <summary>One unused snapshot prefix on the real server: reached directly, and through a proxy that can spoil requests.</summary>
class RemotePrefix : IAsyncDisposable
{
    readonly IStoreServer server;
    readonly List<SnapshotStore> stores = [];

    protected RemotePrefix(IStoreServer server, string prefix)
    {
        this.server = server;
        Path = prefix;
        Proxy = FaultProxy.Start(server.Endpoint);
        Objects = server.Open(prefix, server.Connection());
        Direct = Open(server.Connection());
    }

    public static async Task<RemotePrefix> CreateAsync(IStoreServer server) => new(server, await server.NewPrefixAsync());

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary><c>s3://bucket/path</c> or <c>az://container/path</c>.</summary>
    public string Path { get; }

    public FaultProxy Proxy { get; }

    /// <summary>The bare object store, without a proxy.</summary>
    public RemoteObjectStore Objects { get; }

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
        var store = server.Open(Path, server.Connection(Proxy.Endpoint));
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
    public Task<List<string>> UploadsAsync() => server.UploadsAsync(Path);

    public async ValueTask DisposeAsync()
    {
        foreach (var store in stores)
            await store.DisposeAsync();
        await Objects.DisposeAsync();
        await Proxy.DisposeAsync();
    }
}
