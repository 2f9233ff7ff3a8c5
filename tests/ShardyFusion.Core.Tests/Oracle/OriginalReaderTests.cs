using System.Diagnostics;
using System.Text.Json;
using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.S3;
using ShardyFusion.Routing;
using ShardyFusion.Shards;

namespace ShardyFusion.Core.Tests.Oracle;

/// <summary>Shardyfusion's own reader over snapshots with SQLite shards that were built here.</summary>
/// <remarks>SHARDYFUSION_ORIGINAL names a folder that holds its package, and python3 must have what that needs (boto3, pydantic, pyyaml,
/// xxhash); skipped otherwise, as neither is part of this project.</remarks>
public sealed class OriginalReaderTests(S3Server server, ITestOutputHelper output)
{
    const string Variable = "SHARDYFUSION_ORIGINAL";

    // Answers how many keys have their values, and names the first one that has not.
    const string Script = """
        import json, sys, tempfile
        asked = json.load(sys.stdin)
        sys.path.insert(0, asked["original"])
        sys.dont_write_bytecode = True
        from shardyfusion.reader import ShardedReader
        from shardyfusion.sqlite_adapter import SqliteReaderFactory
        store = {"endpoint_url": asked["endpoint"], "addressing_style": "path", "region_name": "us-east-1"}
        right, wrong = 0, None
        with tempfile.TemporaryDirectory() as folder, ShardedReader(s3_prefix=asked["prefix"], local_root=folder,
                s3_connection_options=store, reader_factory=SqliteReaderFactory(s3_connection_options=store)) as reader:
            for key, value in asked["rows"]:
                found = reader.get(key)
                if found == (None if value is None else value.encode()):
                    right += 1
                elif wrong is None:
                    wrong = f"{key!r}: {found!r} instead of {value!r}"
        print(json.dumps([right, wrong]))
        """;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(KeyEncoding.U64BE)]
    [InlineData(KeyEncoding.U32BE)]
    [InlineData(KeyEncoding.Utf8)]
    public async Task Get_EveryKeyOfOurSnapshots_AlsoAfterOurRollback(KeyEncoding encoding)
    {
        var original = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(original is null, $"{Variable} names no folder with shardyfusion's package.");
        await using var prefix = await S3Prefix.CreateAsync(server);
        object[] keys = [.. Enumerable.Range(1, 400).Select(object (i) => encoding == KeyEncoding.Utf8 ? $"ключ {i}" : i)];
        object absent = encoding == KeyEncoding.Utf8 ? "nowhere" : 100_000;
        foreach (var run in (string[])["one", "two"])
        {
            await using var build = await prefix.Direct.StartBuildAsync(new BuildOptions
            {
                ShardCount = 5,
                KeyEncoding = encoding,
                ShardFormat = ShardFormat.Sqlite,
                RunId = run,
            }, null, Token);
            foreach (var key in keys)
                build.Add(key, ValueOf(run, key));
            await build.CompleteAsync(Token);
        }
        await RequireReadAsync(original!, prefix.Path, [.. keys.Select(key => (key, ValueOf("two", key))), (absent, null)]);
        var plan = await prefix.Direct.PlanRollbackAsync(new SnapshotSelector { RunId = "one" }, Token);
        await prefix.Direct.RollbackAsync(plan, false, Token);
        await RequireReadAsync(original!, prefix.Path, [.. keys.Select(key => (key, ValueOf("one", key))), (absent, null)]);
    }

    // Some take overflow pages.
    static string ValueOf(string run, object key) => $"{key}".EndsWith('7') ? new string('v', 9000) + key : $"{run}: {key}";

    async Task RequireReadAsync(string original, string prefix, IReadOnlyList<(object Key, string? Value)> rows)
    {
        var start = new ProcessStartInfo("python3", ["-c", Script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        (start.Environment["AWS_ACCESS_KEY_ID"], start.Environment["AWS_SECRET_ACCESS_KEY"]) = (server.AccessKey, server.SecretKey);
        using var python = Process.Start(start)!;
        var answers = python.StandardOutput.ReadToEndAsync(Token);
        var errors = python.StandardError.ReadToEndAsync(Token);
        await python.StandardInput.WriteAsync(JsonSerializer.Serialize(new Dictionary<string, object?>
        {
            ["original"] = original,
            ["endpoint"] = server.Endpoint,
            ["prefix"] = prefix,
            ["rows"] = rows.Select(row => new[] { row.Key, row.Value }),
        }));
        python.StandardInput.Close();
        await python.WaitForExitAsync(Token);
        Assert.True(python.ExitCode == 0, await errors);
        using var answer = JsonDocument.Parse(await answers);
        Assert.Equal((rows.Count, null), (answer.RootElement[0].GetInt32(), answer.RootElement[1].GetString()));
        output.WriteLine($"counts: shardyfusion's reader found {rows.Count - 1} keys of {prefix} with their values, and 1 absent");
    }
}
