using Amazon.Runtime;
using Amazon.S3;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Faults;

/// <summary>A second real server, OpenStack Swift behind its S3 interface, which knows no conditional writes. Started when a test asks for
/// it.</summary>
public sealed class SwiftServer : IAsyncDisposable
{
    const string Bucket = "shardyfusion-tests", AccessKey = "test:tester", SecretKey = "testing";

    string? failure;
    int port;

    public StoreConnection Connection() => new()
    {
        EndpointUrl = Endpoint,
        AccessKeyId = AccessKey,
        SecretAccessKey = SecretKey,
        RetryDelay = TimeSpan.FromMilliseconds(20),
    };

    string Endpoint => $"http://127.0.0.1:{port}";

    /// <summary>A snapshot prefix that nobody used before; ends the test when there is no server.</summary>
    public async Task<string> NewPrefixAsync()
    {
        if (port == 0)
            failure = await StartAsync();
        if (failure is not null)
            ServerScript.GiveUp($"No Swift: {failure} Run on Debian with /usr/bin/python3 and apt-get.");
        return $"s3://{Bucket}/{Guid.NewGuid():N}";
    }

    async Task<string?> StartAsync()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/apt-get") || !File.Exists("/usr/bin/python3"))
            return "tests/tools/swift-s3api.sh needs Debian.";
        port = ServerScript.FreePorts(5);
        var (exitCode, output) = await RunScriptAsync("start");
        if (exitCode != 0)
            return "tests/tools/swift-s3api.sh failed: " + output;
        using var client = new AmazonS3Client(new BasicAWSCredentials(AccessKey, SecretKey), new AmazonS3Config
        {
            ServiceURL = Endpoint,
            AuthenticationRegion = "us-east-1",
            ForcePathStyle = true,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
        });
        await client.PutBucketAsync(Bucket);
        return null;
    }

    Task<(int ExitCode, string Output)> RunScriptAsync(string command) =>
        ServerScript.RunAsync("swift-s3api.sh", command, new Dictionary<string, string>
        {
            ["S3_PORT"] = ServerScript.Text(port),
            ["S3_ACCESS_KEY"] = AccessKey,
            ["S3_SECRET_KEY"] = SecretKey,
            ["SWIFT_DIR"] = Path.Combine(Path.GetTempPath(), $"shardyfusion-swift-{port}"),
            ["SWIFT_OWNER_PID"] = ServerScript.Text(Environment.ProcessId),
        });

    public async ValueTask DisposeAsync()
    {
        if (port != 0)
            await RunScriptAsync("clean");
    }
}
