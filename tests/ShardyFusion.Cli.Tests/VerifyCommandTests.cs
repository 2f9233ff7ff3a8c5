namespace ShardyFusion.Cli.Tests;

/// <summary>shardy verify: the exit code is the answer.</summary>
public sealed class VerifyCommandTests : IDisposable
{
    readonly SnapshotFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Verify_WholeThenDamaged_ExitCodeAndFindings()
    {
        await folder.PublishAsync("one", "first");
        var whole = await folder.RunAsync("verify", "--level", "deep");
        Assert.True(whole.ExitCode == 0, whole.ToString());
        Assert.Equal((true, 100), (whole.Json.GetProperty("passed").GetBoolean(), whole.Json.GetProperty("rows_read").GetInt32()));

        File.Delete(folder.Files("*.sst").First());
        var damaged = await folder.RunAsync("verify", "--level", "exists", "--run-id", "one");
        Assert.Equal(1, damaged.ExitCode);
        var finding = Assert.Single(damaged.Json.GetProperty("findings").EnumerateArray());
        Assert.Equal(("missing", 0), (finding.GetProperty("fault").GetString(), finding.GetProperty("db_id").GetInt32()));
        Assert.Equal(2, (await folder.RunAsync("verify", "--level", "thorough")).ExitCode);
    }
}
