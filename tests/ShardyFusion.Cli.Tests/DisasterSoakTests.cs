using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using ShardyFusion.Core.Tests.Faults;

namespace ShardyFusion.Cli.Tests;

/// <summary>Builds and cleanups by processes that are killed, have wrong clocks, or run out of disk, at random and at once; after each step
/// someone else looks at what is published.</summary>
/// <remarks>Twenty seconds in the suite; as long as the environment variable <see cref="SecondsVariable"/> says otherwise, see
/// CONTRIBUTING.md.</remarks>
public sealed partial class DisasterSoakTests : IDisposable
{
    const string SecondsVariable = "SHARDYFUSION_SOAK_SECONDS";
    const int DiskMegabytes = 24;

    readonly SnapshotFolder files = new();
    readonly SortedDictionary<string, int> counts = new(StringComparer.Ordinal);
    readonly Dictionary<string, int> rowsOf = new(StringComparer.Ordinal);
    readonly List<string> broken = [];
    readonly Random random;
    readonly int seed = Environment.TickCount & 0xffff;
    string disk = "";

    public DisasterSoakTests() => random = new Random(seed);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    string Prefix => Path.Combine(disk, "snap");

    string Filler => Path.Combine(disk, "filler");

    public void Dispose()
    {
        if (disk.Length > 0) RunTool("umount", "-l", disk);
        files.Dispose();
    }

    [Fact]
    public async Task KillsFullDisksAndWrongClocks_Mixed_WhatIsPublishedIsAlwaysWhole()
    {
        WrongClock.Require();
        var point = Directory.CreateDirectory(Path.Combine(files.Root, "disk")).FullName;
        if (RunTool("mount", "-t", "tmpfs", "-o", $"size={DiskMegabytes}m", "tmpfs", point) != 0)
            ServerScript.GiveUp(
                "Could not mount a small file system: this test needs Linux and root (or CAP_SYS_ADMIN). "
                    + "Run the tests as root to enable it.");
        disk = point;
        var seconds = double.Parse(Environment.GetEnvironmentVariable(SecondsVariable) ?? "20", CultureInfo.InvariantCulture);
        var output = TestContext.Current.TestOutputHelper;
        output?.WriteLine($"seed {seed}, {seconds} s");
        var current = "s0";
        Assert.Equal(0, (await BuildAsync("s0", "", 100, 4)).ExitCode);
        await CheckAsync([current]);
        var clock = Stopwatch.StartNew();
        for (var step = 1; clock.Elapsed < TimeSpan.FromSeconds(seconds) && broken.Count == 0; step++)
        {
            if (random.Next(4) == 0) await CleanUpAsync();
            else current = await StepAsync($"s{step}", current);
            if (random.Next(6) == 0) await CleanUpAsync();
            current = await CheckAsync([current]);
        }
        output?.WriteLine(string.Join(", ", counts.Select(static c => $"{c.Key} {c.Value}")) + $", broken states {broken.Count}");
        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    /// <summary>One build under some of the evils.</summary>
    /// <returns>The run that is current then.</returns>
    async Task<string> StepAsync(string runId, string current)
    {
        var isFull = random.Next(3) == 0;
        if (isFull) Fill();
        var build = StartBuild(runId, Skew(), random.Next(50, 3000), random.Next(1, 16));
        var ended = ShardyProcess.FinishAsync(build);
        var cleanup = random.Next(3) == 0 ? CleanUpAsync() : Task.CompletedTask;
        var isKilled = false;
        if (random.Next(5) < 2)
        {
            // Most of a short process is its start, where there is nothing to lose.
            while (!ended.IsCompleted && !HasRecord(runId)) await Task.Delay(5, Token);
            await Task.WhenAny(ended, Task.Delay(random.Next(0, 600), Token));
            if (!build.HasExited)
            {
                build.Kill();
                isKilled = true;
                Count("kills");
            }
        }
        var result = await ended;
        build.Dispose();
        await cleanup;
        if (isFull)
        {
            File.Delete(Filler);
            Count(result.ExitCode == 0 ? "full disks survived" : "full disks");
        }
        Count(result.ExitCode == 0 ? "builds published" : isKilled ? "builds killed" : "builds refused");
        if (result.ExitCode == 0)
        {
            // Nobody else publishes here: what says that it is done is what is current.
            return await CheckAsync([runId]);
        }
        current = await CheckAsync([current, runId]);
        if (isKilled) await DeclareDeadAsync(runId);
        else if (!result.Error.Contains("\"error_id\":\"", StringComparison.Ordinal)
            || result.Error.Contains("Unexpected", StringComparison.Ordinal)) broken.Add($"{runId} failed in an unclear way: {result}");
        return current;
    }

    /// <summary>Frees the prefix of a killed run.</summary>
    async Task DeclareDeadAsync(string runId)
    {
        if (!HasRecord(runId)) return;
        var stopped = await RunAsync(Skew(), "stop", runId, "--declare-dead", "--yes");
        if (stopped.ExitCode != 0) broken.Add($"{runId} could not be declared dead: {stopped}");
        Count("declared dead");
    }

    bool HasRecord(string runId) => Directory.Exists(Path.Combine(Prefix, "runs"))
        && Directory.GetDirectories(Path.Combine(Prefix, "runs")).Any(f => f.Contains($"run_id={runId}_", StringComparison.Ordinal));

    async Task CleanUpAsync()
    {
        var result = await RunAsync(Skew(), "cleanup", "--yes", "--keep-last", "1", "--grace", "0s", "--staged-grace", "0s",
            "--run-record-age", "0s", "--event-age", "0s");
        Count("cleanups");
        if (result.ExitCode != 0 && !result.Error.Contains("StorageFull", StringComparison.Ordinal))
            broken.Add($"A cleanup failed: {result}");
    }

    string Skew()
    {
        var skew = random.Next(2) == 0 ? "" : WrongClock.Skews[random.Next(WrongClock.Skews.Length)];
        if (skew.Length > 0) Count("wrong clocks");
        return skew;
    }

    void Count(string what) => counts[what] = counts.GetValueOrDefault(what) + 1;

    async Task<ShardyProcess.Result> BuildAsync(string runId, string skew, int rows, int shards)
    {
        using var build = StartBuild(runId, skew, rows, shards);
        return await ShardyProcess.FinishAsync(build);
    }

    Process StartBuild(string runId, string skew, int rows, int shards)
    {
        rowsOf[runId] = rows;
        var input = files.Write("in.csv", "id,v\n" + string.Concat(Enumerable.Range(1, rows).Select(i => $"{i},{runId} {i}\n")));
        return ShardyProcess.Start(WrongClock.Environment(skew), "write", input, "--key", "id", "--value", "v", "--key-encoding", "u64be",
            "--shards", $"{shards}", "--run-id", runId, "--prefix", Prefix);
    }

    Task<ShardyProcess.Result> RunAsync(string skew, params string[] args) =>
        ShardyProcess.RunWithAsync(null, WrongClock.Environment(skew), [.. args, "--prefix", Prefix]);

    /// <summary>Leaves little room or none.</summary>
    void Fill()
    {
        using var file = File.OpenHandle(Filler, FileMode.Create, FileAccess.Write);
        var block = new byte[4096];
        long length = 0;
        try
        {
            for (; length < DiskMegabytes << 20; length += block.Length) RandomAccess.Write(file, block, length);
        }
        catch (IOException)
        {
            // Full.
        }
        RandomAccess.SetLength(file, Math.Max(0, length - 4096L * random.Next(0, 60)));
    }

    /// <summary>Looks at the bytes themselves: the pointer names a manifest, every shard of it is there with its size and hash, and the
    /// rows are those that its run wrote.</summary>
    /// <returns>The current run.</returns>
    async Task<string> CheckAsync(IReadOnlyList<string> allowed)
    {
        Count("checks");
        string? runId = null;
        try
        {
            using var pointer = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(Prefix, "_CURRENT"), Token));
            runId = pointer.RootElement.GetProperty("run_id").GetString()!;
            Assert.Contains(runId, allowed);
            var reference = new Uri(pointer.RootElement.GetProperty("manifest_ref").GetString()!).AbsolutePath;
            var manifest = await File.ReadAllTextAsync(PathOf(Uri.UnescapeDataString(reference)), Token);
            var shards = manifest.Split("\n- ").Where(static part => part.Contains("db_url:", StringComparison.Ordinal)).ToList();
            var rows = 0;
            foreach (var shard in shards)
            {
                var path = Path.Combine(PathOf(new Uri(Field(shard, "db_url")).AbsolutePath), "shard.sst");
                var bytes = await File.ReadAllBytesAsync(path, Token);
                Assert.Equal(Field(shard, "db_bytes"), bytes.Length.ToString(CultureInfo.InvariantCulture));
                Assert.Equal(Field(shard, "sha256"), Convert.ToHexStringLower(SHA256.HashData(bytes)));
                rows += int.Parse(Field(shard, "row_count"), CultureInfo.InvariantCulture);
            }
            Assert.Equal(rowsOf[runId], rows);
            var exported = await RunAsync("", "export", "-", "--format", "csv");
            Assert.True(exported.ExitCode == 0, exported.ToString());
            var expected = Enumerable.Range(1, rows).Select(i => $"{i},{runId} {i}");
            Assert.True(exported.Out.TrimEnd('\n').Split('\n').Skip(1).SequenceEqual(expected),
                $"Rows of {runId} are not those that it wrote.");
            return runId;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            broken.Add($"{runId} (allowed {string.Join(' ', allowed)}): {e}");
            return runId ?? allowed[0];
        }
    }

    // The disk's names are keys with some characters escaped.
    string PathOf(string path) => Prefix + path[Prefix.Length..].Replace(":", "%3A", StringComparison.Ordinal);

    static string Field(string shard, string name) =>
        FieldLine().Matches(shard).Single(match => match.Groups[1].Value == name).Groups[2].Value.Trim('\'', '"');

    [GeneratedRegex("(?m)^ *([a-z0-9_]+): (.*)$", RegexOptions.CultureInvariant)]
    private static partial Regex FieldLine();

    static int RunTool(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true
        })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
