using ShardyFusion.Cli.Tests.Cases;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Stores;

namespace ShardyFusion.Cli.Tests;

/// <summary>The command line builds from objects of a bucket, whose endpoint and credentials are those of the command.</summary>
public sealed class RemoteInputCommandTests(S3Server server) : CaseFolder
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Write_ObjectsOfABucket_BuildsOnDiskAndInTheBucket()
    {
        var lake = await server.NewPrefixAsync();
        await using (var bucket = ObjectStores.Open(lake, server.Connection()))
        {
            var folder = Input("../parquet/spark40-two-levels");
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
                await PutAsync(bucket, "events/" + Path.GetRelativePath(folder, file).Replace('\\', '/'), file);
            await PutAsync(bucket, "rows.csv.gz", Input("40-compressed/one.csv.gz"));
        }
        foreach (var prefix in new[] { Folder.Prefix, await server.NewPrefixAsync() })
        {
            var built = await RunAsync("write", $"{lake}/events/", "--key", "id", "--value", "month", "--shards", "2", "--prefix", prefix);
            Assert.True(built.ExitCode == 0, built.ToString());
            Assert.Equal(60, built.Json.GetProperty("rows_written").GetInt32());
            built = await RunAsync("write", $"{lake}/rows.csv.gz", "--key", "id", "--shards", "1", "--prefix", prefix);
            Assert.True(built.ExitCode == 0, built.ToString());
        }
        var missing = await RunAsync("write", $"{lake}/none.csv", "--key", "id", "--shards", "1", "--prefix", Folder.Prefix);
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("none.csv' does not exist", missing.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    Task<ShardyProcess.Result> RunAsync(params string[] args) => ShardyProcess.RunWithAsync(null, new Dictionary<string, string>
    {
        ["AWS_ACCESS_KEY_ID"] = server.AccessKey,
        ["AWS_SECRET_ACCESS_KEY"] = server.SecretKey,
    }, [.. args, "--endpoint-url", server.Endpoint]);

    static async Task PutAsync(IObjectStore bucket, string key, string file) => Assert.True((await bucket.PutAsync(key,
        await File.ReadAllBytesAsync(file, Token), new PutOptions(PutCondition.Always), Token)).Written);
}
