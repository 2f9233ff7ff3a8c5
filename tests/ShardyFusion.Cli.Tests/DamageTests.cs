namespace ShardyFusion.Cli.Tests;

/// <summary>Prefixes and files that are not as they should be.</summary>
public sealed class DamageTests : IDisposable
{
    readonly SnapshotFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Prefix_Unknown_IsAnErrorAndUnhealthy()
    {
        foreach (var args in new[] { new[] { "get", "1" }, ["info"], ["history"], ["rollback", "--offset", "1"] })
        {
            var result = await folder.RunAsync(args);
            Assert.Equal(1, result.ExitCode);
            Assert.Contains("does not exist", result.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
        }
        Assert.Equal(2, (await folder.RunAsync("health")).ExitCode);
    }

    [Fact]
    public async Task Prefix_WithoutSnapshot_SaysSo()
    {
        Directory.CreateDirectory(folder.Prefix);
        var result = await folder.RunAsync("get", "1");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("NoSnapshot", result.ErrorJson.GetProperty("error_id").GetString());
        Assert.Equal(2, (await folder.RunAsync("health")).ExitCode);
        Assert.Equal(0, (await folder.RunAsync("history")).Json.GetProperty("manifests").GetArrayLength());
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("truncated")]
    [InlineData("foreign")]
    [InlineData("flipped")]
    public async Task Shard_Damaged_IsAnErrorThatNamesTheFile(string damage)
    {
        await folder.PublishAsync("one", "first", rows: 2_000);
        foreach (var shard in folder.Files("*.sst"))
        {
            var bytes = await File.ReadAllBytesAsync(shard, TestContext.Current.CancellationToken);
            switch (damage)
            {
                case "empty": bytes = []; break;
                case "truncated": bytes = bytes[..(bytes.Length / 2)]; break;
                case "foreign": bytes = [.. Enumerable.Repeat((byte)'x', bytes.Length)]; break;
                default:
                    // In every data block, so that whichever block holds the key is hit.
                    for (var i = 100; i < bytes.Length / 2; i += 500) bytes[i] ^= 0x10;
                    break;
            }
            File.SetAttributes(shard, FileAttributes.Normal);
            await File.WriteAllBytesAsync(shard, bytes, TestContext.Current.CancellationToken);
        }
        var result = await folder.RunAsync("get", "7");
        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.Equal("ShardCorrupt", result.ErrorJson.GetProperty("error_id").GetString());
        Assert.Contains(".sst", result.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.NotEqual(0, (await folder.RunAsync("health", "--deep")).ExitCode);
    }

    [Fact]
    public async Task Manifest_Malformed_FallsBackAndIsDegraded()
    {
        await folder.PublishAsync("one", "first");
        await folder.PublishAsync("two", "second");
        await File.WriteAllTextAsync(folder.ManifestOf("two"), "required: [", TestContext.Current.CancellationToken);
        Assert.Equal("first 7", (await folder.RunAsync("get", "7")).Json.GetProperty("value").GetString());
        var health = await folder.RunAsync("health");
        Assert.Equal(1, health.ExitCode);
        Assert.Equal("degraded", health.Json.GetProperty("status").GetString());
        Assert.True(health.Json.GetProperty("on_fallback").GetBoolean());
        Assert.NotEqual(0, health.Json.GetProperty("reasons").GetArrayLength());
        var history = (await folder.RunAsync("history")).Json.GetProperty("manifests");
        Assert.True(history[0].TryGetProperty("problem", out _));
    }

    [Fact]
    public async Task Manifest_OfTheLaterSqliteFormat_SaysSo()
    {
        await folder.PublishAsync("one", "first");
        await File.WriteAllBytesAsync(folder.ManifestOf("one"), [.. "SQLite format 3\0"u8, .. new byte[84]],
            TestContext.Current.CancellationToken);
        var result = await folder.RunAsync("info");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("ManifestParse", result.ErrorJson.GetProperty("error_id").GetString());
        Assert.Contains("SQLite", result.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
    }
}
