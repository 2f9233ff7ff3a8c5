using System.Diagnostics;

namespace ShardyFusion.Cli.Tests;

/// <summary>Streams that are closed, full or left by their reader, and memory that is short.</summary>
public sealed class StandardStreamTests : IClassFixture<PublishedFolder>, IDisposable
{
    readonly SnapshotFolder folder;
    readonly SnapshotFolder files = new();

    public StandardStreamTests(PublishedFolder published)
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Streams are closed and joined by a Unix shell.");
        folder = published.Folder;
    }

    public void Dispose() => files.Dispose();

    /// <summary>Runs a line of shell in which SHARDY is the program and PREFIX the prefix.</summary>
    static async Task<ShardyProcess.Result> ShellAsync(string line, string prefix, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("bash", ["-c", line]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["SHARDY"] = ShardyProcess.Program;
        start.Environment["SHARDYFUSION_PREFIX"] = prefix;
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        return await ShardyProcess.FinishAsync(process).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Input_Closed_EndsAtOnce()
    {
        var keys = await ShellAsync("\"$SHARDY\" multiget - <&-", folder.Prefix);
        Assert.True(keys.ExitCode == 0, keys.ToString());
        var rows = await ShellAsync("\"$SHARDY\" write - --format csv --key id --shards 1 <&-", files.Prefix);
        Assert.True(rows.ExitCode == 1, rows.ToString());
        Assert.Equal("InputInvalid", rows.ErrorJson.GetProperty("error_id").GetString());
        Assert.False(File.Exists(Path.Combine(files.Prefix, "_CURRENT")));
    }

    [Fact]
    public async Task Output_Closed_WorkIsDoneAndNoFileGetsTheAnswer()
    {
        var input = files.Write("in.csv", "id,v\n1,a\n2,b\n");
        var written = await ShellAsync($"\"$SHARDY\" write '{input}' --key id --shards 1 >&-", files.Prefix);
        Assert.True(written.ExitCode == 0, written.ToString());
        var read = await ShellAsync("\"$SHARDY\" verify --level deep >&- 2>&-", files.Prefix);
        Assert.Equal(0, read.ExitCode);
        Assert.Equal("1", (await files.RunAsync("get", "1")).Json.GetProperty("key").ToString());
    }

    [Fact]
    public async Task Output_LeftByItsReader_EndsQuietlyAndSoon()
    {
        await files.PublishAsync("big", "a value of some length so that the pipe is full soon", rows: 200_000);
        var head = await ShellAsync("\"$SHARDY\" export - --format csv | head -1; echo \"${PIPESTATUS[0]}\"", files.Prefix);
        Assert.Equal("", head.Error);
        var lines = head.Out.Trim().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Equal("0", lines[1]);
    }

    [Fact]
    public async Task Output_Full_ReadingFailsAndAPublishIsDone()
    {
        if (!File.Exists("/dev/full")) Assert.Skip("There is no /dev/full.");
        var read = await ShellAsync("\"$SHARDY\" get 1 >/dev/full", folder.Prefix);
        Assert.True(read.ExitCode == 1, read.ToString());
        var input = files.Write("in.csv", "id,v\n1,a\n");
        var written = await ShellAsync($"\"$SHARDY\" write '{input}' --key id --shards 1 >/dev/full", files.Prefix);
        Assert.True(written.ExitCode == 0, written.ToString());
        Assert.Contains("Warning", written.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(files.Prefix, "_CURRENT")));
    }

    [Fact]
    public async Task Memory_HeapLimited_RowsAreSpilledEarlier()
    {
        var value = new string('x', 1000);
        var input = files.Write("in.csv", "id,v\n" + string.Concat(Enumerable.Range(1, 80_000).Select(i => $"{i},{value}\n")));
        var line = $"\"$SHARDY\" write '{input}' --key id --value v --shards 2";
        var free = await ShellAsync(line, files.Prefix);
        Assert.True(free.ExitCode == 0, free.ToString());
        Assert.Equal(0, free.Json.GetProperty("spilled_bytes").GetInt64());
        // 192 MiB: a quarter of it is 48.
        var limited = await ShellAsync(line, files.Prefix, ("DOTNET_GCHeapHardLimit", "C000000"));
        Assert.True(limited.ExitCode == 0, limited.ToString());
        Assert.InRange(limited.Json.GetProperty("spilled_bytes").GetInt64(), 1, long.MaxValue);
    }

    [Fact]
    public async Task Memory_Exhausted_IsAnErrorOfItsOwnWithAdvice()
    {
        var input = files.Write("in.csv", "id,v\n1," + new string('x', 60 << 20) + "\n");
        var result = await ShellAsync($"\"$SHARDY\" write '{input}' --key id --value v --shards 1", files.Prefix,
            ("DOTNET_GCHeapHardLimit", "3000000"));
        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.Equal("MemoryExhausted", result.ErrorJson.GetProperty("error_id").GetString());
        Assert.Contains("memory", result.ErrorJson.GetProperty("action").GetString(), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(files.Prefix, "_CURRENT")));
    }

    [Fact]
    public async Task Row_OfAHundredMillionCommas_IsRefusedWithinLittleMemory()
    {
        var path = Path.Combine(files.Root, "commas.csv");
        await using (var file = File.Create(path))
        {
            await file.WriteAsync("id,v\n1,a\n"u8.ToArray(), TestContext.Current.CancellationToken);
            var commas = new byte[1 << 20];
            commas.AsSpan().Fill((byte)',');
            for (var n = 0; n < 100; n++) await file.WriteAsync(commas, TestContext.Current.CancellationToken);
        }
        var result = await ShellAsync($"\"$SHARDY\" write '{path}' --key id --value v --shards 1", files.Prefix,
            ("DOTNET_GCHeapHardLimit", "28000000"));
        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.Equal("InputInvalid", result.ErrorJson.GetProperty("error_id").GetString());
        Assert.Contains("ow 2", result.Error, StringComparison.Ordinal);
    }
}
