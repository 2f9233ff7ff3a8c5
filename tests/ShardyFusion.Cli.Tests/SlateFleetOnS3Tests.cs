using System.Text.Json;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Stores;

namespace ShardyFusion.Cli.Tests;

/// <summary>The command line over snapshots in a bucket whose shards are SlateDB databases.</summary>
public class SlateFleetOnS3Tests(SlateFleet fleet, S3Server server) : IClassFixture<SlateFleet>
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Copies a snapshot's files to the bucket as they are.</summary>
    async Task<string> UploadAsync(string name)
    {
        var prefix = await server.NewPrefixAsync();
        await using var bucket = ObjectStores.Open(prefix, server.Connection());
        await using var folder = ObjectStores.Open(fleet.PrefixOf(name));
        await foreach (var entry in folder.ListAsync("", null, Token))
        {
            var found = await folder.GetAsync(entry.Key, 64 << 20, Token);
            await bucket.PutAsync(entry.Key, found!.Content, new PutOptions(PutCondition.Always), Token);
        }
        return prefix;
    }

    async Task<ShardyProcess.Result> RunAsync(string prefix, params string[] args)
    {
        var result = await ShardyProcess.RunWithAsync(null, new Dictionary<string, string>
        {
            ["AWS_ACCESS_KEY_ID"] = server.AccessKey,
            ["AWS_SECRET_ACCESS_KEY"] = server.SecretKey,
        }, [.. args, "--prefix", prefix, "--endpoint-url", server.Endpoint]);
        Assert.True(result.ExitCode == 0, $"{string.Join(' ', args)}: {result}");
        return result;
    }

    [Theory]
    [InlineData("hash-u64", 1200, null)]
    [InlineData("cel", 600, "region=eu")]
    public async Task EveryVerb_OnABucket_ReadsWhatIsThere(string name, int rows, string? context)
    {
        var prefix = await UploadAsync(name);
        var info = (await RunAsync(prefix, "info")).Json;
        Assert.Equal((rows, "SlateDB (manifest 1, tables 2)"), (info.GetProperty("row_count").GetInt32(),
            info.GetProperty("engine").GetString()));
        var exported = Path.Combine(fleet.Root, $"{name}-s3.jsonl");
        await RunAsync(prefix, "export", exported);
        var lines = await File.ReadAllLinesAsync(exported, Token);
        Assert.Equal(rows, lines.Length);
        string[] lookup = context is null ? [] : ["--routing-context", context];
        string[] keys = [.. lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("key").ToString())];
        var found = (await RunAsync(prefix, ["multiget", .. keys, .. lookup])).Json.GetProperty("results").EnumerateArray()
            .Where(result => result.GetProperty("found").GetBoolean()).Select(result => result.GetProperty("key").ToString()).ToArray();
        // With its column about a third of the keys are found: those whose rows have it.
        Assert.InRange(found.Length, context is null ? rows : rows / 4, context is null ? rows : rows / 2);
        var key = found[0];
        Assert.True((await RunAsync(prefix, ["get", key, .. lookup])).Json.GetProperty("found").GetBoolean());
        Assert.Equal(1, (await RunAsync(prefix, ["key-history", key, .. lookup])).Json.GetProperty("versions").GetArrayLength());
        Assert.Equal(rows, (await RunAsync(prefix, "verify", "--level", "deep")).Json.GetProperty("rows_read").GetInt32());
        await RunAsync(prefix, "warm", "--level", "full");
        await RunAsync(prefix, "report", Path.Combine(fleet.Root, $"{name}-s3.html"));
        var copy = Path.Combine(fleet.Root, $"{name}-copy");
        await RunAsync(prefix, "copy", copy, "--shards", "2", "--publish");
        var compared = await RunAsync(prefix, "compare", "--reference-prefix", copy, "--level", "rows");
        Assert.True(compared.Json.GetProperty("rows_equal").GetBoolean());
    }
}
