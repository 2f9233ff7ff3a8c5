using System.Runtime.InteropServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Remote;
using ShardyFusion.Stores.S3;

[assembly: AssemblyFixture(typeof(S3Server))]

namespace ShardyFusion.Core.Tests.Faults;

/// <summary>A real S3 server for the whole test run, started when the first test asks for it.</summary>
/// <remarks>
/// SHARDYFUSION_TEST_S3_ENDPOINT (with SHARDYFUSION_TEST_S3_ACCESS_KEY and SHARDYFUSION_TEST_S3_SECRET_KEY) names one that is running
/// already; otherwise tests/tools/ceph-rgw.sh starts a temporary Ceph RADOS Gateway on loopback. Where neither can be had the test is
/// skipped, in CI it fails.
/// </remarks>
public sealed class S3Server : IAsyncDisposable, IStoreServer
{
    const string Variable = "SHARDYFUSION_TEST_S3_";
    const string Bucket = "shardyfusion-tests";

    readonly SemaphoreSlim starting = new(1, 1);
    int port;
    string? failure;
    int buckets;

    /// <summary><c>http://127.0.0.1:port</c>, once <see cref="RequireAsync"/> returned.</summary>
    public string Endpoint { get; private set; } = "";
    public string AccessKey { get; } = Environment.GetEnvironmentVariable(Variable + "ACCESS_KEY") ?? "testkey";
    public string SecretKey { get; } = Environment.GetEnvironmentVariable(Variable + "SECRET_KEY") ?? "testsecret";

    /// <summary>Connection settings for the server, or for a proxy before it.</summary>
    public StoreConnection Connection(string? proxyEndpoint = null) => new()
    {
        EndpointUrl = proxyEndpoint ?? Endpoint,
        AccessKeyId = AccessKey,
        SecretAccessKey = SecretKey,
        RetryDelay = TimeSpan.FromMilliseconds(5),
        // A loaded machine is no stalled store.
        RequestTimeout = TimeSpan.FromSeconds(60),
    };

    /// <summary>A snapshot prefix that nobody used before.</summary>
    public async Task<string> NewPrefixAsync()
    {
        await RequireAsync();
        return $"s3://{Bucket}/t{Interlocked.Increment(ref buckets)}-{Guid.NewGuid():N}";
    }

    /// <summary>The SDK's own client, to look behind the store.</summary>
    public AmazonS3Client Client() => new(new BasicAWSCredentials(AccessKey, SecretKey), new AmazonS3Config
    {
        ServiceURL = Endpoint,
        AuthenticationRegion = "us-east-1",
        ForcePathStyle = true,
        RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
        ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
    });

    RemoteObjectStore IStoreServer.Open(string prefix, StoreConnection connection, TimeProvider? clock) =>
        SnapshotPrefix.Parse(prefix) is var parsed ? new S3ObjectStore(parsed.Bucket!, parsed.KeyPrefix, connection, clock) : null!;

    async Task<List<string>> IStoreServer.UploadsAsync(string prefix)
    {
        var parts = prefix["s3://".Length..].Split('/', 2);
        using var client = Client();
        var uploads = await client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest
        {
            BucketName = parts[0],
            Prefix = parts[1] + "/",
        }, TestContext.Current.CancellationToken);
        return [.. (uploads.MultipartUploads ?? []).Select(upload => upload.Key[(parts[1].Length + 1)..])];
    }

    string[] IStoreServer.ChildArguments(string prefix, string endpoint) => [prefix, endpoint, AccessKey, SecretKey];

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
            ServerScript.GiveUp($"No S3 server: {failure} Set {Variable}ENDPOINT to one, or run on Debian (x64).");
    }

    async Task<string?> StartAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable + "ENDPOINT") is { Length: > 0 } given)
        {
            Endpoint = given;
        }
        else
        {
            if (!OperatingSystem.IsLinux() || RuntimeInformation.OSArchitecture != Architecture.X64 || !File.Exists("/usr/bin/apt-get"))
                return "tests/tools/ceph-rgw.sh needs Debian on x64.";
            port = ServerScript.FreePorts(2); // The monitor takes the port after the gateway's.
            var (exitCode, output) = await RunScriptAsync("start");
            if (exitCode != 0)
                return "tests/tools/ceph-rgw.sh failed: " + output;
            Endpoint = $"http://127.0.0.1:{port}";
        }
        using var client = Client();
        try
        {
            await client.PutBucketAsync(Bucket);
        }
        catch (AmazonS3Exception e) when (e.ErrorCode is "BucketAlreadyOwnedByYou" or "BucketAlreadyExists")
        {
        }
        return null;
    }

    Task<(int ExitCode, string Output)> RunScriptAsync(string command) =>
        ServerScript.RunAsync("ceph-rgw.sh", command, new Dictionary<string, string>
        {
            ["S3_PORT"] = ServerScript.Text(port),
            ["S3_ACCESS_KEY"] = AccessKey,
            ["S3_SECRET_KEY"] = SecretKey,
            ["CEPH_DIR"] = Path.Combine(Path.GetTempPath(), $"shardyfusion-ceph-{port}"),
            ["CEPH_OWNER_PID"] = ServerScript.Text(Environment.ProcessId),
        });

    public async ValueTask DisposeAsync()
    {
        if (port != 0)
            await RunScriptAsync("clean");
        starting.Dispose();
    }
}
