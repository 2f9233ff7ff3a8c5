using System.Diagnostics;
using Amazon.Runtime;
using Amazon.S3;

namespace ShardyFusion.Benchmarks;

/// <summary>A temporary S3 server on loopback, the tests' own; SHARDYFUSION_BENCH_S3_ENDPOINT names another one.</summary>
sealed class S3Gateway : IDisposable
{
    public const string EndpointVariable = "SHARDYFUSION_BENCH_S3_ENDPOINT";
    public const string AccessKey = "testkey", SecretKey = "testsecret", Bucket = "benchmarks";
    const string Port = "7590";

    readonly string? script;

    S3Gateway(string? script) => this.script = script;

    /// <summary>Starts it; null, and a message, where it cannot be had.</summary>
    public static async Task<S3Gateway?> StartAsync()
    {
        string? script = null;
        if (Environment.GetEnvironmentVariable(EndpointVariable) is not { Length: > 0 })
        {
            script = Repository.Find("tests", "tools", "ceph-rgw.sh");
            if (script is null || Run(script, "start") != 0)
            {
                Console.Error.WriteLine(
                    $"S3 is left out: no gateway could be started. Set {EndpointVariable} to a server (keys {AccessKey}/{SecretKey}).");
                return null;
            }
            Environment.SetEnvironmentVariable(EndpointVariable, $"http://127.0.0.1:{Port}");
        }
        using var client = new AmazonS3Client(new BasicAWSCredentials(AccessKey, SecretKey), new AmazonS3Config
        {
            ServiceURL = Environment.GetEnvironmentVariable(EndpointVariable),
            AuthenticationRegion = "us-east-1",
            ForcePathStyle = true,
        });
        try
        {
            await client.PutBucketAsync(Bucket);
        }
        catch (AmazonS3Exception e) when (e.ErrorCode is "BucketAlreadyOwnedByYou" or "BucketAlreadyExists")
        {
        }
        return new S3Gateway(script);
    }

    public void Dispose()
    {
        if (script is not null) Run(script, "clean");
    }

    static int Run(string script, string command)
    {
        var start = new ProcessStartInfo("bash", [script, command]) { RedirectStandardOutput = true };
        start.Environment["S3_PORT"] = Port;
        start.Environment["S3_ACCESS_KEY"] = AccessKey;
        start.Environment["S3_SECRET_KEY"] = SecretKey;
        start.Environment["CEPH_OWNER_PID"] = Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture);
        using var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.WaitForExit();
        return process.ExitCode;
    }
}
