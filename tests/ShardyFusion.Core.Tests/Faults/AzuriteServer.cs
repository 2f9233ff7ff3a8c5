using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Azure;
using ShardyFusion.Stores.Remote;

[assembly: AssemblyFixture(typeof(AzuriteServer))]

namespace ShardyFusion.Core.Tests.Faults;

/// <summary>A real server of the Azure Blob Storage protocol for the whole test run, npm's azurite, started when the first test asks for
/// it.</summary>
/// <remarks>Where it cannot be had the test is skipped, in CI it fails.</remarks>
public sealed class AzuriteServer : IAsyncDisposable, IStoreServer
{
    const string Container = "shardyfusion-tests";

    readonly SemaphoreSlim starting = new(1, 1);
    int port;
    string? failure;

    /// <summary><c>http://127.0.0.1:port</c>, once <see cref="RequireAsync"/> returned.</summary>
    public string Endpoint { get; private set; } = "";

    /// <summary>The account that every emulator has, and its key that everybody knows.</summary>
    public static string Account => "devstoreaccount1";

    public static string Key => "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <summary>Address of the account's blobs at the server, or at a proxy before it.</summary>
    public string BlobEndpoint(string? proxyEndpoint = null) => $"{proxyEndpoint ?? Endpoint}/{Account}";

    /// <summary>Connection settings for the server, or for a proxy before it.</summary>
    public StoreConnection Connection(string? proxyEndpoint = null) => new()
    {
        Azure = new AzureAccess { BlobEndpoint = BlobEndpoint(proxyEndpoint), AccountName = Account, AccountKey = Key },
        RetryDelay = TimeSpan.FromMilliseconds(5),
        // A loaded machine is no stalled store.
        RequestTimeout = TimeSpan.FromSeconds(60),
    };

    /// <summary>As a user writes it.</summary>
    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={BlobEndpoint()};";

    /// <summary>A snapshot prefix that nobody used before.</summary>
    public async Task<string> NewPrefixAsync()
    {
        await RequireAsync();
        return $"az://{Container}/{Guid.NewGuid():N}";
    }

    /// <summary>The SDK's own client, to look behind the store.</summary>
    public BlobContainerClient Client(string container = Container) => new(ConnectionString, container,
        new BlobClientOptions(BlobClientOptions.ServiceVersion.V2026_06_06));

    RemoteObjectStore IStoreServer.Open(string prefix, StoreConnection connection, TimeProvider? clock) =>
        new AzureObjectStore(SnapshotPrefix.Parse(prefix), connection, clock);

    async Task<List<string>> IStoreServer.UploadsAsync(string prefix)
    {
        var token = TestContext.Current.CancellationToken;
        var (container, path) = (Client(prefix.Split('/')[2]), prefix.Split('/', 4)[3]);
        var left = new List<string>();
        await foreach (var blob in container.GetBlobsAsync(new GetBlobsOptions { States = BlobStates.Uncommitted, Prefix = path }, token))
            if (!await container.GetBlobClient(blob.Name).ExistsAsync(token)) left.Add(blob.Name[(path.Length + 1)..]);
        return left;
    }

    string[] IStoreServer.ChildArguments(string prefix, string endpoint) => [prefix, endpoint, Account, Key];

    /// <summary>Waits until the server answers, or ends the test.</summary>
    public async Task RequireAsync()
    {
        await starting.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (Endpoint.Length == 0 && failure is null)
                failure = await StartAsync();
        }
        finally
        {
            starting.Release();
        }
        if (failure is not null)
            ServerScript.GiveUp($"No Azurite: {failure} Run on Linux with node and npm, which fetch it.");
    }

    async Task<string?> StartAsync()
    {
        if (!OperatingSystem.IsLinux())
            return "tests/tools/azurite.sh needs Linux.";
        port = ServerScript.FreePorts(1);
        var (exitCode, output) = await RunScriptAsync("start");
        if (exitCode != 0)
            return "tests/tools/azurite.sh failed: " + output;
        Endpoint = $"http://127.0.0.1:{port}";
        await Client().CreateIfNotExistsAsync();
        return null;
    }

    Task<(int ExitCode, string Output)> RunScriptAsync(string command) =>
        ServerScript.RunAsync("azurite.sh", command, new Dictionary<string, string>
        {
            ["AZURITE_PORT"] = ServerScript.Text(port),
            ["AZURITE_DIR"] = Path.Combine(Path.GetTempPath(), $"shardyfusion-azurite-{port}"),
            ["AZURITE_OWNER_PID"] = ServerScript.Text(Environment.ProcessId),
        });

    public async ValueTask DisposeAsync()
    {
        if (port != 0)
            await RunScriptAsync("clean");
        starting.Dispose();
    }
}
