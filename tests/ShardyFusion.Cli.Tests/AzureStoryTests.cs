using System.Text;
using Azure.Storage.Blobs.Models;
using ShardyFusion.Core.Tests.Faults;

namespace ShardyFusion.Cli.Tests;

/// <summary>The main job on Azure Blob Storage by the command line, as the guide tells it, against a real server of its protocol; and no
/// secret anywhere.</summary>
public sealed class AzureStoryTests(AzuriteServer server) : IDisposable
{
    const string Canary = "C4n4ry";

    readonly SnapshotFolder folder = new();

    public void Dispose() => folder.Dispose();

    async Task<ShardyProcess.Result> RunAsync(int exitCode, params string[] args)
    {
        var result = await ShardyProcess.RunWithAsync(null, new Dictionary<string, string>
        {
            ["AZURE_STORAGE_CONNECTION_STRING"] = server.ConnectionString,
        }, [.. args, "--output", "jsonl"]);
        Assert.True(result.ExitCode == exitCode, $"{string.Join(' ', args)}: {result}");
        Assert.DoesNotContain(AzuriteServer.Key, result.ToString(), StringComparison.Ordinal);
        return result;
    }

    [Fact]
    public async Task MainJob_EveryVerbOfIt_WorksAsOnADisk()
    {
        var prefix = await server.NewPrefixAsync();
        var copy = await server.NewPrefixAsync();
        string[] on = ["--prefix", prefix];
        Assert.True((await RunAsync(0, ["probe", .. on])).Json.GetProperty("passed").GetBoolean());
        foreach (var (run, value) in new[] { ("one", "old"), ("two", "new") })
        {
            var rows = folder.Write($"{run}.csv", "id,v\n" + string.Concat(Enumerable.Range(0, 300).Select(key =>
                $"{key},{value}{key}\n")));
            await RunAsync(0, ["write", rows, "--key", "id", "--value", "v", "--shards", "4", "--run-id", run, .. on]);
        }
        Assert.Equal("new7", (await RunAsync(0, ["get", "7", .. on])).Json.GetProperty("value").GetString());
        Assert.Contains($"{prefix}/manifests/", (await RunAsync(0, ["history", .. on])).Out, StringComparison.Ordinal);
        await RunAsync(0, ["compare", "--reference", "one", "--level", "rows", .. on]);
        Assert.Equal("one", (await RunAsync(0, ["rollback", "--offset", "1", "--yes", .. on])).Json.GetProperty("to").GetString());
        Assert.Equal("old7", (await RunAsync(0, ["get", "7", .. on])).Json.GetProperty("value").GetString());
        Assert.Equal("healthy", (await RunAsync(0, ["health", .. on])).Json.GetProperty("status").GetString());
        await RunAsync(0, ["undo", "--yes", .. on]);
        var copied = (await RunAsync(0, ["copy", copy, "--publish", .. on])).Json;
        // Within one account the service copies by itself.
        Assert.Equal((4, 4), (copied.GetProperty("shards_copied").GetInt32(), copied.GetProperty("shards_copied_by_store").GetInt32()));
        Assert.Equal("new7", (await RunAsync(0, "get", "7", "--prefix", copy)).Json.GetProperty("value").GetString());
        await RunAsync(0, ["report", Path.Combine(folder.Root, "r.html"), .. on]);
        var kept = (await RunAsync(0, ["cleanup", "--yes", "--keep-last", "1", .. on])).Json.GetProperty("kept");
        Assert.Equal(2, kept.GetArrayLength());
        foreach (var written in new[] { prefix, copy }) await HoldsNoKeyAsync(written);
    }

    /// <summary>Content, names and metadata of everything that lies there.</summary>
    async Task HoldsNoKeyAsync(string prefix)
    {
        var token = TestContext.Current.CancellationToken;
        var container = server.Client();
        var seen = 0;
        var all = new GetBlobsOptions { Traits = BlobTraits.Metadata, Prefix = prefix.Split('/')[3] };
        await foreach (var blob in container.GetBlobsAsync(all, token))
        {
            var content = (await container.GetBlobClient(blob.Name).DownloadContentAsync(token)).Value.Content.ToMemory();
            Assert.True(content.Span.IndexOf(Encoding.ASCII.GetBytes(AzuriteServer.Key)) < 0, blob.Name);
            Assert.DoesNotContain(blob.Metadata, pair => pair.Value.Contains(AzuriteServer.Key, StringComparison.Ordinal));
            seen++;
        }
        Assert.True(seen >= 6, $"{seen} blobs of {prefix}");
    }

    [Fact]
    public async Task Secrets_OfEveryKind_AreInNoOutput()
    {
        await server.RequireAsync();
        var key = Convert.ToBase64String(Encoding.ASCII.GetBytes(Canary));
        var outputs = 0;
        foreach (var environment in new Dictionary<string, string>[]
        {
            new()
            {
                ["AZURE_STORAGE_CONNECTION_STRING"] = $"AccountName=devstoreaccount1;AccountKey={key};BlobEndpoint={server.BlobEndpoint()}",
            },
            new() { ["AZURE_STORAGE_CONNECTION_STRING"] = $"{Canary};AccountKey={Canary}" },
            new() { ["AZURE_STORAGE_ACCOUNT"] = "devstoreaccount1", ["AZURE_STORAGE_KEY"] = key },
            new() { ["AZURE_STORAGE_ACCOUNT"] = "devstoreaccount1", ["AZURE_STORAGE_KEY"] = $"{Canary}!" },
            new() { ["AZURE_STORAGE_ACCOUNT"] = "devstoreaccount1", ["AZURE_STORAGE_SAS_TOKEN"] = $"sv=2025-01-05&ss=b&sig={Canary}" },
        })
        {
            foreach (var verb in new string[][] { ["info"], ["probe"] })
            {
                var result = await ShardyProcess.RunWithAsync(null, environment, [.. verb, "--prefix", "az://shardyfusion-tests/canary",
                    "--verbose", "--output", "json", .. environment.ContainsKey("AZURE_STORAGE_ACCOUNT")
                        ? new[] { "--endpoint-url", server.BlobEndpoint() } : []]);
                Assert.NotEqual(0, result.ExitCode);
                Assert.DoesNotContain(Canary, result.ToString(), StringComparison.Ordinal);
                Assert.DoesNotContain(key, result.ToString(), StringComparison.Ordinal);
                outputs++;
            }
        }
        var refused = await ShardyProcess.RunAsync("info", "--prefix",
            $"https://account.blob.core.windows.net/users/daily?sv=1&sig={Canary}");
        Assert.DoesNotContain(Canary, refused.ToString(), StringComparison.Ordinal);
        Assert.Equal("ConfigValidation", refused.ErrorJson.GetProperty("error_id").GetString());
        TestContext.Current.TestOutputHelper?.WriteLine($"counts: {outputs + 1} outputs, 0 secrets");
    }
}
