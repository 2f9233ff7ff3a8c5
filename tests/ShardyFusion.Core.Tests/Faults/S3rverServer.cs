using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Faults;

/// <summary>A third real server, npm's s3rver: a store on folders that takes write conditions and ignores them. Started when a test asks
/// for it.</summary>
public sealed class S3rverServer : IAsyncDisposable
{
    const string Bucket = "shardyfusion-tests";

    string? failure;
    int port;

    public StoreConnection Connection() => new()
    {
        EndpointUrl = $"http://127.0.0.1:{port}",
        AccessKeyId = "S3RVER",
        SecretAccessKey = "S3RVER",
        RetryDelay = TimeSpan.FromMilliseconds(20),
        RequestTimeout = TimeSpan.FromSeconds(60),
    };

    /// <summary>A snapshot prefix that nobody used before; ends the test when there is no server.</summary>
    public async Task<string> NewPrefixAsync()
    {
        if (port == 0)
            failure = await StartAsync();
        if (failure is not null)
            ServerScript.GiveUp($"No s3rver: {failure} Run on Linux with node and npm, which fetch it.");
        return $"s3://{Bucket}/{Guid.NewGuid():N}";
    }

    async Task<string?> StartAsync()
    {
        if (!OperatingSystem.IsLinux())
            return "tests/tools/s3rver.sh needs Linux.";
        port = ServerScript.FreePorts(1);
        var (exitCode, output) = await RunScriptAsync("start");
        return exitCode == 0 ? null : "tests/tools/s3rver.sh failed: " + output;
    }

    Task<(int ExitCode, string Output)> RunScriptAsync(string command) =>
        ServerScript.RunAsync("s3rver.sh", command, new Dictionary<string, string>
        {
            ["S3_PORT"] = ServerScript.Text(port),
            ["S3RVER_DIR"] = Path.Combine(Path.GetTempPath(), $"shardyfusion-s3rver-{port}"),
            ["S3RVER_OWNER_PID"] = ServerScript.Text(Environment.ProcessId),
        });

    public async ValueTask DisposeAsync()
    {
        if (port != 0)
            await RunScriptAsync("clean");
    }
}
