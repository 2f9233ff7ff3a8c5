using ShardyFusion.Core.Tests.Faults;

namespace ShardyFusion.Cli.Tests;

/// <summary>The main job with manifests in PostgreSQL by the command line, on a disk and in a bucket, and no secret anywhere.</summary>
public sealed class PostgresStoryTests(PostgresServer server, S3Server bucket) : IDisposable
{
    readonly SnapshotFolder folder = new();
    string dsn = "";

    public void Dispose() => folder.Dispose();

    async Task<ShardyProcess.Result> RunAsync(int exitCode, params string[] args)
    {
        var result = await ShardyProcess.RunWithAsync(null, new Dictionary<string, string>
        {
            ["SHARDY_MANIFEST_DSN"] = dsn,
            ["AWS_ACCESS_KEY_ID"] = bucket.AccessKey,
            ["AWS_SECRET_ACCESS_KEY"] = bucket.SecretKey,
        }, [.. args, "--output", "jsonl", "--verbose"]);
        Assert.True(result.ExitCode == exitCode, $"{string.Join(' ', args)}: {result}");
        RequireNoSecret(result);
        return result;
    }

    static void RequireNoSecret(ShardyProcess.Result result)
    {
        foreach (var form in new[] { PostgresServer.Password, Uri.EscapeDataString(PostgresServer.Password) })
            Assert.DoesNotContain(form, result.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task MainJob_EveryVerbOfIt_WorksAsOnObjects(bool isBucket)
    {
        dsn = await server.NewDatabaseAsync();
        var (prefix, copy) = isBucket ? (await bucket.NewPrefixAsync(), await bucket.NewPrefixAsync())
            : (Path.Combine(folder.Root, "snap"), Path.Combine(folder.Root, "copy"));
        string[] reached = isBucket ? ["--endpoint-url", bucket.Endpoint] : [];
        string[] on = ["--prefix", prefix, .. reached];
        foreach (var (run, value) in new[] { ("one", "old"), ("two", "new") })
        {
            var rows = folder.Write($"{run}.csv", "id,v\n" + string.Concat(Enumerable.Range(0, 300).Select(key =>
                $"{key},{value}{key}\n")));
            await RunAsync(0, ["write", rows, "--key", "id", "--value", "v", "--shards", "4", "--run-id", run, .. on]);
        }
        Assert.Equal("new7", (await RunAsync(0, ["get", "7", .. on])).Json.GetProperty("value").GetString());
        Assert.Contains("PostgreSQL 127.0.0.1", (await RunAsync(0, ["info", .. on])).Error, StringComparison.Ordinal);
        await RunAsync(0, ["compare", "--reference", "one", "--level", "rows", .. on]);
        Assert.Equal("one", (await RunAsync(0, ["rollback", "--offset", "1", "--yes", .. on])).Json.GetProperty("to").GetString());
        Assert.Equal("old7", (await RunAsync(0, ["get", "7", .. on])).Json.GetProperty("value").GetString());
        Assert.Equal("healthy", (await RunAsync(0, ["health", .. on])).Json.GetProperty("status").GetString());
        await RunAsync(0, ["undo", "--yes", .. on]);
        await RunAsync(0, ["verify", .. on]);
        // A copy has its manifests as objects.
        var copied = (await RunAsync(0, ["copy", copy, "--publish", .. on])).Json;
        Assert.Equal((4, isBucket ? 4 : 0), (copied.GetProperty("shards_copied").GetInt32(),
            copied.GetProperty("shards_copied_by_store").GetInt32()));
        Assert.Equal("new7", (await RunAsync(0, ["get", "7", "--prefix", copy, "--manifest-store", "objects", .. reached])).Json
            .GetProperty("value").GetString());
        var moves = await PostgresServer.QueryAsync(dsn, "SELECT manifest_ref FROM shardyfusion_pointer ORDER BY updated_at");
        Assert.Equal(["one", "two", "one", "two"], moves);
        Assert.DoesNotContain(PostgresServer.Password, string.Concat(await PostgresServer.QueryAsync(dsn,
            "SELECT payload FROM shardyfusion_manifests")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Change_WithoutTheDatabase_SaysWhatIsMissing()
    {
        dsn = await server.NewDatabaseAsync();
        var rows = folder.Write("rows.csv", "id,v\n1,a\n");
        string[] on = ["--prefix", Path.Combine(folder.Root, "snap")];
        await RunAsync(0, ["write", rows, "--key", "id", "--value", "v", "--run-id", "one", .. on]);

        foreach (var args in new string[][] { ["cleanup", "--yes", "--keep-last", "1"], ["write", rows, "--key", "id", "--value", "v"],
            ["get", "1"], ["rollback", "--run-id", "one", "--yes"] })
        {
            var refused = await RunAsync(1, [.. args, "--manifest-store", "objects", .. on]);
            Assert.Contains("SHARDY_MANIFEST_DSN", refused.ErrorJson.GetProperty("action").GetString(), StringComparison.Ordinal);
            Assert.Contains("shardyfusion_manifests", refused.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Dsn_FromFiles_IsTakenAndNeverShown()
    {
        dsn = await server.NewDatabaseAsync();
        var credentials = folder.Write("credentials.toml", $"[default]\nmanifest_dsn = \"{dsn}\"\n");
        var reader = folder.Write("reader.toml", "[manifest_store]\nbackend = \"postgres\"\ntable_name = \"mine\"\n");
        var rows = folder.Write("rows.csv", "id,v\n1,a\n");
        string[] said = ["--prefix", Path.Combine(folder.Root, "snap"), "--config", reader, "--output", "jsonl"];

        var result = await ShardyProcess.RunAsync(["write", rows, "--key", "id", "--value", "v", .. said, "--credentials", credentials]);
        RequireNoSecret(result);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(["1"], await PostgresServer.QueryAsync(dsn, "SELECT count(*) FROM mine"));

        var without = await ShardyProcess.RunAsync(["get", "1", .. said]);
        Assert.Equal(2, without.ExitCode);
        Assert.Contains("no connection string", without.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgresql://tester:C4n4ry@127.0.0.1:1/x?sslmode=disable&connect_timeout=1", "StorageTransient")]
    [InlineData("postgresql://tester:C4n4ry@127.0.0.1:1/x?nonsense=C4n4ry", "ConfigValidation")]
    [InlineData("host=127.0.0.1 port=C4n4ry password=C4n4ry", "ConfigValidation")]
    [InlineData("postgresql://C4n4ry", "StorageTransient")]
    [InlineData("password='C4n4ry", "ConfigValidation")]
    public async Task Dsn_ThatDoesNotWork_SaysWhyWithoutIt(string given, string errorId)
    {
        Directory.CreateDirectory(folder.Prefix);
        var result = await ShardyProcess.RunWithAsync(null, new Dictionary<string, string> { ["SHARDY_MANIFEST_DSN"] = given },
            "history", "--prefix", Path.Combine(folder.Root, "snap"), "--output", "jsonl", "--s3-option", "max_attempts=1");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Equal(errorId, result.ErrorJson.GetProperty("error_id").GetString());
        if (given.Contains('=', StringComparison.Ordinal)) Assert.DoesNotContain("C4n4ry", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dsn_OfAWrongPassword_IsDenied()
    {
        dsn = (await server.NewDatabaseAsync()).Replace("test%20password", "C4n4ry", StringComparison.Ordinal);
        Directory.CreateDirectory(folder.Prefix);

        var result = await RunAsync(1, "history", "--prefix", Path.Combine(folder.Root, "snap"));

        Assert.Equal("StorageDenied", result.ErrorJson.GetProperty("error_id").GetString());
        Assert.DoesNotContain("C4n4ry", result.ToString(), StringComparison.Ordinal);
    }
}
