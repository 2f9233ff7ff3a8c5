namespace ShardyFusion.Cli.Tests;

/// <summary>Tags, blocks, undo, events and freeze from the command line.</summary>
public sealed class AnnotationCommandTests : IDisposable
{
    readonly SnapshotFolder folder = new();

    public void Dispose() => folder.Dispose();

    async Task<string?> CurrentAsync() => (await folder.RunAsync("info")).Json.GetProperty("run_id").GetString();

    [Fact]
    public async Task Tag_ThenReadByIt_FindsTheOlderSnapshot()
    {
        await folder.PublishAsync("one", "first");
        await folder.PublishAsync("two", "second");
        Assert.Equal("one", (await folder.RunAsync("tag", "gold", "--run-id", "one", "--expires-in", "3600", "--note",
            "n")).Json.GetProperty("run_id").GetString());
        Assert.Equal("first 7", (await folder.RunAsync("get", "7", "--tag", "gold")).Json.GetProperty("value").GetString());
        Assert.Equal("gold", (await folder.RunAsync("tags")).Json.GetProperty("tags")[0].GetProperty("tag").GetString());
        var taken = await folder.RunAsync("tag", "gold");
        Assert.Equal(1, taken.ExitCode);
        Assert.Contains("\"TagExists\"", taken.Error, StringComparison.Ordinal);
        Assert.True((await folder.RunAsync("untag", "gold")).Json.GetProperty("removed").GetBoolean());
        Assert.Equal(1, (await folder.RunAsync("get", "7", "--tag", "gold")).ExitCode);
    }

    [Fact]
    public async Task Block_ThenRollback_IsRefusedAndLeavesAnEvent()
    {
        await folder.PublishAsync("one", "first");
        await folder.PublishAsync("two", "second");
        await folder.RunAsync("block", "--run-id", "one", "--reason", "bad");
        Assert.Equal("bad", (await folder.RunAsync("rollback", "--run-id", "one", "--dry-run")).Json.GetProperty("block_reason")
            .GetString());
        var refused = await folder.RunAsync("rollback", "--run-id", "one", "--yes");
        Assert.Contains("\"SnapshotBlocked\"", refused.Error, StringComparison.Ordinal);
        Assert.Equal("two", await CurrentAsync());
        var last = (await folder.RunAsync("events", "--limit", "1")).Json.GetProperty("events")[0];
        Assert.Equal(("refused", "SnapshotBlocked"), (last.GetProperty("outcome").GetString(), last.GetProperty("error_id").GetString()));
        Assert.Equal(0, (await folder.RunAsync("rollback", "--run-id", "one", "--yes", "--ignore-block", "--reason",
            "still better")).ExitCode);
        Assert.Equal("one", await CurrentAsync());
    }

    [Fact]
    public async Task Undo_AfterRollback_MovesBackAndDryRunDoesNot()
    {
        await folder.PublishAsync("one", "first");
        await folder.PublishAsync("two", "second");
        await folder.RunAsync("rollback", "--offset", "1", "--yes");
        Assert.Equal("two", (await folder.RunAsync("undo", "--dry-run")).Json.GetProperty("to").GetString());
        Assert.Equal("one", await CurrentAsync());
        Assert.Equal(0, (await folder.RunAsync("undo", "--yes")).ExitCode);
        Assert.Equal("two", await CurrentAsync());
    }

    [Fact]
    public async Task Freeze_UntilUnfreeze_RefusesARollback()
    {
        await folder.PublishAsync("one", "first");
        await folder.PublishAsync("two", "second");
        await folder.RunAsync("freeze", "--reason", "audit");
        var frozen = (await folder.RunAsync("freeze")).Json;
        Assert.Equal((true, "audit"), (frozen.GetProperty("frozen").GetBoolean(), frozen.GetProperty("reason").GetString()));
        Assert.Contains("\"PublishingFrozen\"", (await folder.RunAsync("rollback", "--offset", "1", "--yes")).Error,
            StringComparison.Ordinal);
        await folder.RunAsync("unfreeze");
        Assert.Equal(0, (await folder.RunAsync("rollback", "--offset", "1", "--yes")).ExitCode);
    }

    [Fact]
    public async Task Cleanup_PlanThenDelete_RemovesTheOldSnapshotOnly()
    {
        foreach (var runId in new[] { "one", "two", "three" }) await folder.PublishAsync(runId, runId);
        // Nothing is ever older than the grace in a test, but for what a clock ten minutes ahead would see: so nothing may go.
        var plan = (await folder.RunAsync("cleanup", "--keep-last", "1", "--grace", "0", "--staged-grace", "0", "--dry-run")).Json;
        Assert.Equal((0, 3), (plan.GetProperty("objects").GetInt32(), plan.GetProperty("kept").GetArrayLength()));
        var refused = await folder.RunAsync("cleanup", "--keep-last", "0", "--yes");
        Assert.Equal(2, refused.ExitCode);
        foreach (var file in folder.Files("*").Where(f => f.Contains("run_id=one", StringComparison.Ordinal)))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-3));
        Age("one");
        var save = Path.Combine(folder.Root, "plan.json");
        Assert.Equal(1, (await folder.RunAsync("cleanup", "--keep-last", "1", "--dry-run", "--save-plan", save)).Json.GetProperty("items")
            .GetArrayLength());
        Assert.Equal(2, (await folder.RunAsync("cleanup", "--plan", save)).ExitCode);
        Assert.True(File.Exists(folder.Files("manifest").First()));
        var done = await folder.RunAsync("cleanup", "--plan", save, "--yes");
        Assert.True(done.ExitCode == 0, done.ToString());
        Assert.True(done.Json.GetProperty("total_bytes_deleted").GetInt64() > 0);
        Assert.DoesNotContain(folder.Files("*"), f => f.Contains($"{Path.DirectorySeparatorChar}run_id=one{Path.DirectorySeparatorChar}",
            StringComparison.Ordinal));
        Assert.Equal("three 7", (await folder.RunAsync("get", "7")).Json.GetProperty("value").GetString());
    }

    /// <summary>Makes a snapshot three days older, and forgets who published it and when.</summary>
    void Age(string runId)
    {
        var old = Path.GetDirectoryName(folder.ManifestOf(runId))!;
        var stamp = Path.GetFileName(old).Split("_run_id=")[0];
        var aged = DateTime.UtcNow.AddDays(-3).ToString("yyyy-MM-dd'T'HH'%3A'mm'%3A'ss.ffffff'Z'",
            System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(aged.Length, stamp.Length);
        Directory.Move(old, old.Replace(stamp, aged, StringComparison.Ordinal));
        foreach (var record in folder.Files("run.yaml").Where(f => f.Contains($"run_id={runId}", StringComparison.Ordinal)).ToList())
            File.Delete(record);
        foreach (var change in folder.Files("*.json").Where(f => f.Contains("events", StringComparison.Ordinal)).ToList())
            if (File.ReadAllText(change).Contains($"run_id={runId}/", StringComparison.Ordinal)) File.Delete(change);
    }
}
